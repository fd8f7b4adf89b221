// What concerns several recipients is shown once several are chosen, and as long as it is chosen itself.
(function () {
  "use strict";
  document.querySelectorAll("[data-several]").forEach(function (part) {
    var form = part.closest("form");
    var name = part.getAttribute("data-several");

    function show() {
      var chosen = form.querySelectorAll('input[name="' + name + '"]:checked').length;
      part.hidden = chosen < 2 && !part.querySelector("input:checked");
    }

    form.addEventListener("change", show);
    show();
  });
})();
