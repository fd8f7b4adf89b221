// Choosing rows: all at once, by keyboard, and how many are chosen. Without scripts the boxes and buttons work as well.
(function () {
  "use strict";
  var all = document.querySelector("[data-pick-all]");
  if (!all) return;
  var picked = document.querySelector("[data-picked]");
  var boxes = Array.prototype.slice.call(document.querySelectorAll('input[name="pick"]'));

  function count() {
    var chosen = boxes.filter(function (box) { return box.checked; }).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    picked.textContent = chosen ? picked.dataset.text + " " + chosen : "";
    boxes.forEach(function (box) { box.closest("tr").classList.toggle("picked", box.checked); });
  }

  all.addEventListener("change", function () {
    boxes.forEach(function (box) { box.checked = all.checked; });
    count();
  });
  document.addEventListener("change", function (event) {
    if (event.target.name === "pick") count();
  });
  window.addEventListener("pageshow", count);

  function go(step) {
    var links = Array.prototype.slice.call(document.querySelectorAll(".rows .row-link"));
    var row = document.activeElement && document.activeElement.closest(".rows tbody tr");
    var at = row ? links.indexOf(row.querySelector(".row-link")) + step : step > 0 ? 0 : links.length - 1;
    if (links[at]) links[at].focus();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.name !== "pick") return;
    var key = window.comityKeyOf(event);
    if (key === "j") go(1);
    else if (key === "k") go(-1);
    else if (key === "x") {
      var row = document.activeElement && document.activeElement.closest(".rows tbody tr");
      var box = row && row.querySelector('input[name="pick"]');
      if (!box) return;
      box.checked = !box.checked;
      count();
    } else return;
    event.preventDefault();
  });
})();
