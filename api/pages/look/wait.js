// SPDX-License-Identifier: EUPL-1.2
// While long work is done its page is looked at again and again, at the address of its own link: this page may
// be the answer to a form. When it is done the whole page is loaded anew.
// Without a network the next look is a little later: the work goes on all the same.
const FIRST_MS = 1000;
const LATER_MS = 3000;

async function look() {
  const busy = document.querySelector("[data-busy]");
  const { href } = busy.querySelector("a");
  let fresh = busy;
  try {
    const answer = await fetch(href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    fresh = page.querySelector("[data-busy]");
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
  setTimeout(look, LATER_MS);
}

setTimeout(look, FIRST_MS);
