// Runs before the first paint: without a choice of the officer, the system's theme applies.
(function () {
  "use strict";
  var root = document.documentElement;
  // Paper is white: what is printed from a dark page is printed as from a light one.
  var before = "";
  window.addEventListener("beforeprint", function () {
    before = root.getAttribute("data-bs-theme");
    root.setAttribute("data-bs-theme", "light");
  });
  window.addEventListener("afterprint", function () { root.setAttribute("data-bs-theme", before); });
  if (root.dataset.theme !== "auto") return;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var apply = function () { root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light"); };
  apply();
  dark.addEventListener("change", apply);
})();
