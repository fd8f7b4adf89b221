// The frame's behaviour: keys, menus, the side bar on small screens, focus on the error summary.
(function () {
  "use strict";
  var pending = "";

  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

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
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      var box = document.getElementById("search");
      if (box) { box.focus(); event.preventDefault(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      var search = document.getElementById("search");
      if (search) { search.focus(); event.preventDefault(); }
    } else if (event.key === "?") {
      var dialog = document.getElementById("keys");
      if (dialog && !dialog.open) dialog.showModal();
    } else if (pending) {
      if (follow(pending + " " + event.key)) event.preventDefault();
      pending = "";
    } else if (event.key === "g") {
      pending = "g";
      setTimeout(function () { pending = ""; }, 1500);
    } else if (follow(event.key)) {
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
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
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
