// The frame's behaviour: keys, menus, the side bar on small screens, focus on the error summary.
(function () {
  "use strict";
  var pending = "";

  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  // On an Arabic or Cyrillic keyboard the key says another letter: then its place on the keyboard counts.
  function keyOf(event) {
    if (event.key.length > 1 || event.key.charCodeAt(0) < 128) return event.key;
    if (event.code === "Slash") return event.shiftKey ? "?" : "/";
    return /^Key[A-Z]$/.test(event.code) ? event.code.charAt(3).toLowerCase() : event.key;
  }
  window.comityKeyOf = keyOf;

  function follow(keys) {
    var link = document.querySelector('[data-keys="' + keys + '"]');
    if (!link) return false;
    link.focus();
    link.click();
    return true;
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    var key = keyOf(event);
    if (key === "/") {
      var search = document.getElementById("search");
      if (search) { search.focus(); event.preventDefault(); }
    } else if (key === "?") {
      var dialog = document.getElementById("keys");
      if (dialog && !dialog.open) dialog.showModal();
    } else if (pending) {
      if (follow(pending + " " + key)) event.preventDefault();
      pending = "";
    } else if (key === "g") {
      pending = "g";
      setTimeout(function () { pending = ""; }, 1500);
    } else if (follow(key)) {
      event.preventDefault();
    }
  });

  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
    var toggle = event.target.closest("[data-toggle-side]");
    if (toggle) {
      var open = document.getElementById("side").classList.toggle("open");
      toggle.setAttribute("aria-expanded", open ? "true" : "false");
    }
    var opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open).showModal();
    var copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
  });

  // An act is sent once, however often the button is pressed.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (event.submitter && event.submitter.hasAttribute("data-again")) return; // hands out a file, the page stays
    if (form.method === "post" && !form.hasAttribute("data-hx-post")) {
      form.dataset.sent = "1";
      window.addEventListener("pageshow", function () { delete form.dataset.sent; }, { once: true });
    }
  });

  // A page that nobody looks at asks for nothing: what it would show counts as read.
  document.addEventListener("htmx:before:request", function (event) {
    if (document.hidden && event.target.id === "live") event.preventDefault();
  });

  var summary = document.getElementById("errors");
  if (summary) summary.focus();
})();
