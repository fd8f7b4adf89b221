// Decide by keys: s same, d different, u undo, on the candidate that has the focus, else on the first open one.
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var key = window.comityKeyOf(event);
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    var card = event.target.closest("[data-candidate]") ||
      document.querySelector("[data-candidate].proposed") || document.querySelector("[data-candidate]");
    if (!card) return;
    var button = card.querySelector('[data-key="' + key + '"]');
    if (!button) return;
    event.preventDefault();
    var reason = card.querySelector('input[name="reason"]');
    if (key === "d" && reason && !reason.value.trim()) { reason.focus(); return; }
    button.click();
  });
})();
