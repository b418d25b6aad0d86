// SPDX-License-Identifier: EUPL-1.2
// While somebody types a quantity, what it would cost or why not. The server says it; without a network, or
// when it takes too long, nothing is shown, and the button leads to the same.
const WAIT_MS = 350;

for (const form of document.querySelectorAll("form[data-price-at]")) {
  const shown = form.querySelector(".price-now");
  let waiting;
  let asked;

  const show = (piece) => shown.replaceChildren(...(piece ? [document.importNode(piece, true)] : []));

  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const mine = asked;
    try {
      const answer = await fetch(form.dataset.priceAt, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        signal: AbortSignal.any([mine.signal, AbortSignal.timeout(5000)]),
      });
      const read = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine === asked) {
        show(answer.ok ? read.querySelector("[data-price]") : null);
      }
    } catch {
      if (mine === asked) {
        show(null);
      }
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    asked?.abort();
  });
}
