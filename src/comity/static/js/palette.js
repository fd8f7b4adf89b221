// The command palette: Ctrl K, a few letters, Enter. Pages come from the server; the acts of this page are added here.
// What matches nothing is searched for. The list follows the combobox pattern: focus stays in the box.
(function () {
  "use strict";
  var dialog = document.getElementById("palette");
  if (!dialog) return;
  var box = document.getElementById("palette-box");
  var list = dialog.querySelector("[role=listbox]");
  var status = dialog.querySelector("[role=status]");
  var options = [];
  var at = 0;
  var before = null;

  function level(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f\u064b-\u065f]/g, "").toLocaleLowerCase();
  }

  // Acts of the page that can be seen and clicked: its buttons and links in the head.
  function acts() {
    dialog.querySelectorAll("[data-act]").forEach(function (old) { old.remove(); });
    var known = Array.prototype.map.call(list.children, function (one) { return one.textContent.trim(); });
    document.querySelectorAll("main .acts a.btn, main .acts button.btn").forEach(function (act) {
      if (act.hidden || !act.getClientRects().length || known.indexOf(act.textContent.trim()) >= 0) return;
      var option = document.createElement("li");
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.act = "1";
      option.textContent = act.textContent.trim();
      option.addEventListener("click", function () { dialog.close(); act.focus(); act.click(); });
      list.prepend(option);
    });
  }

  function shown() {
    return options.filter(function (one) { return !one.hidden; });
  }

  function select(place) {
    var seen = shown();
    at = seen.length ? (place + seen.length) % seen.length : 0;
    options.forEach(function (one) { one.setAttribute("aria-selected", "false"); });
    if (!seen.length) { box.removeAttribute("aria-activedescendant"); return; }
    seen[at].setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", seen[at].id);
    seen[at].scrollIntoView({ block: "nearest" });
  }

  function narrow() {
    var words = level(box.value).split(/\s+/).filter(Boolean);
    options.forEach(function (one) {
      var text = level(one.textContent);
      one.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
    });
    select(0);
    status.textContent = shown().length ? "" : status.dataset.none;
  }

  function open() {
    if (dialog.open || document.querySelector("dialog[open]")) return;
    before = document.activeElement;
    acts();
    options = Array.prototype.slice.call(list.querySelectorAll("[role=option]"));
    options.forEach(function (one, number) { one.id = "palette-" + number; });
    box.value = "";
    dialog.showModal();
    narrow();
    box.focus();
  }

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && window.comityKeyOf(event).toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.querySelectorAll("[data-palette]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", open);
  });
  dialog.addEventListener("close", function () {
    if (before && before.isConnected && document.activeElement === document.body) before.focus();
  });
  box.addEventListener("input", narrow);
  list.addEventListener("click", function (event) {
    var option = event.target.closest("[data-address]");
    if (option) window.location.assign(option.dataset.address);
  });
  box.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown") select(at + 1);
    else if (event.key === "ArrowUp") select(at - 1);
    else if (event.key === "Enter" && shown()[at]) shown()[at].click();
    else return; // Enter where nothing matches sends the form: it is searched for
    event.preventDefault();
  });
})();
