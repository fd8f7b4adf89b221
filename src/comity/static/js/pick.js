// Words that are selected in the pasted text stand ready to be put somewhere.
(function () {
  "use strict";
  var words = document.getElementById("id_passage");
  if (!words) return;
  var shown = document.getElementById("pasted");
  var written = document.getElementById("id_paste");

  function take(text) {
    var one = text.replace(/\s+/g, " ").trim();
    if (one && one.length <= words.maxLength) words.value = one;
  }

  document.addEventListener("selectionchange", function () {
    var chosen = document.getSelection();
    if (chosen && !chosen.isCollapsed && shown.contains(chosen.anchorNode) && shown.contains(chosen.focusNode)) take(chosen.toString());
  });
  written.addEventListener("select", function () {
    take(written.value.slice(written.selectionStart, written.selectionEnd));
  });
  // A mark leads to the question where it belongs, also when one has been there already.
  shown.addEventListener("click", function (event) {
    var mark = event.target.closest("a.found");
    var question = mark && document.getElementById(mark.getAttribute("href").slice(1));
    if (!question) return;
    event.preventDefault();
    question.focus();
  });
})();
