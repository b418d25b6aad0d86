// SPDX-License-Identifier: EUPL-1.2
// A form that is sent is not sent again by a second tap. The ledger would do it once all the same.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) {
      button.disabled = true;
    }
  });
}
// Back from the receipt: the page may have been kept as it was left.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-once] button")) {
    button.disabled = false;
  }
});
