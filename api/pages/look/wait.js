// SPDX-License-Identifier: EUPL-1.2
// While long work is done its page is looked at again and again, at the address of its own link: this page may
// be the answer to a form. When it is done the whole page is loaded anew. Without a network, and while the server
// starts again, the next look is a little later: the work goes on all the same. A page that nobody closes stops
// looking in the end, so that it does not keep a session alive; its link still looks.
const FIRST_MS = 1000;
const LATER_MS = 3000;
const SLOW_AFTER_MS = 2 * 60 * 1000;
const SLOW_MS = 15000;
const STOP_AFTER_MS = 20 * 60 * 1000;
const begun = Date.now();

async function look() {
  const busy = document.querySelector("[data-busy]");
  const { href } = busy.querySelector("a");
  let fresh = busy;
  try {
    const answer = await fetch(href, { cache: "no-store" });
    if (answer.status < 500) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      fresh = page.querySelector("[data-busy]");
    }
  } catch {
    // no network
  }
  if (fresh === null) {
    location.replace(href);
    return;
  }
  // Only what changed is put in, so that who reads or tabs through it is not thrown off.
  const now = [...busy.querySelectorAll("p, progress")];
  const then = [...fresh.querySelectorAll("p, progress")];
  now.forEach((each, place) => {
    if (then[place] && each.outerHTML !== then[place].outerHTML) {
      each.replaceWith(then[place]);
    }
  });
  const passed = Date.now() - begun;
  if (passed < STOP_AFTER_MS) {
    setTimeout(look, passed < SLOW_AFTER_MS ? LATER_MS : SLOW_MS);
  }
}

setTimeout(look, FIRST_MS);
