// Runs before the first paint, so that a dark page never flashes white. The rest of the switch is in app.js.
(function () {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function choice() {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return "system"; // storage is switched off in this browser
    }
  }

  function apply(paper) {
    const wanted = choice();
    const onScreen = wanted === "system" ? (dark.matches ? "dark" : "light") : wanted;
    const shown = paper ? "light" : onScreen;
    root.setAttribute("data-bs-theme", shown);
    document.dispatchEvent(new CustomEvent("themechange", { detail: { choice: wanted, theme: shown } }));
  }

  window.theme = {
    choice,
    choose(wanted) {
      try {
        localStorage.setItem("theme", wanted);
      } catch {
        // Nothing to remember it in: the choice lasts as long as the page.
      }
      apply(false);
    },
  };
  root.classList.add("js");
  dark.addEventListener("change", () => apply(false));
  // Paper is light, whatever the screen is.
  window.addEventListener("beforeprint", () => apply(true));
  window.addEventListener("afterprint", () => apply(false));
  apply(false);
})();
