// Counts down what can still be called back, then says what became of it.
(function () {
  "use strict";
  var AFTER_MS = 1000, LATE_MS = 6000;

  function follow(band) {
    var leaves = performance.now() + Number(band.dataset.left);
    var seconds = band.querySelector("[data-seconds]");
    var ticking = setInterval(tick, 200);
    tick();

    function tick() {
      var left = leaves - performance.now();
      seconds.textContent = String(Math.max(0, Math.ceil(left / 1000)));
      if (left <= 0) { clearInterval(ticking); ask(); }
    }

    function ask() {
      fetch(band.dataset.leaving, {
        headers: { "Comity-Background": "1" }, credentials: "same-origin", redirect: "manual", cache: "no-store",
      }).then(function (answer) {
        if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) return null;
        return answer.status === 200 ? answer.text() : "";
      }).then(function (html) {
        if (html === null) return;
        if (html) became(html); else again();
      }).catch(again);
    }

    function again() {
      if (performance.now() - leaves > LATE_MS) {
        band.querySelector("[data-soon]").hidden = true;
        band.querySelector("[data-late]").hidden = false;
      }
      setTimeout(ask, AFTER_MS);
    }

    // The page keeps the band, so that a reader's software tells what is new in it.
    function became(html) {
      var held = band.contains(document.activeElement);
      var fresh = document.createElement("template");
      fresh.innerHTML = html;
      band.setAttribute("role", "status");
      band.replaceChildren(fresh.content);
      if (held) (band.querySelector("a") || document.getElementById("content")).focus();
      window.addEventListener("pointerdown", function away(event) {
        if (band.contains(event.target)) return;
        band.remove();
        window.removeEventListener("pointerdown", away);
      });
    }
  }

  document.querySelectorAll("[data-leaving]").forEach(follow);
})();
