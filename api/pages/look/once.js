// SPDX-License-Identifier: EUPL-1.2
// A form that is sent is not sent again by a second tap, and not sent at all without a network: what was typed
// stays, and the page says that nothing was booked. The ledger would do it once all the same.
const buttons = () => document.querySelectorAll("form[data-once] button");

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    const told = document.getElementById("offline");
    told.hidden = navigator.onLine;
    if (!navigator.onLine) {
      event.preventDefault();
      told.focus();
      return;
    }
    for (const button of form.querySelectorAll("button")) {
      button.disabled = true;
    }
  });
}
// Back from the receipt: the page may have been kept as it was left.
addEventListener("pageshow", () => {
  for (const button of buttons()) {
    button.disabled = false;
  }
});
