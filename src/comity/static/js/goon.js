// What waited for the second factor goes on by itself, once: coming back to this page does not send it again.
(function () {
  "use strict";
  var form = document.getElementById("go-on");
  if (!form || window.performance.getEntriesByType("navigation").some(function (one) { return one.type === "back_forward"; })) return;
  if (form.dataset.address) window.location.assign(form.dataset.address);
  else form.requestSubmit();
})();
