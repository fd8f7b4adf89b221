"""An officer without a mouse: from stop to stop with the tabulator, as long as the mark of focus can be seen."""

from typing import Any, Final

from playwright.sync_api import Locator, Page

MOST_STOPS: Final = 400

# What has the focus: whether it is what is looked for, whether it is drawn as focused, whether it is on the screen.
_STOP: Final = """(wanted) => {
  const at = document.activeElement;
  if (!at || at === document.body) return {body: true, there: false, seen: true, name: "body"};
  const look = getComputedStyle(at), box = at.getBoundingClientRect();
  const ring = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const parts = ["date", "datetime-local"].includes(at.type);  // day, month and year are stops of one element
  const same = at === window.lastStop && !parts;
  window.lastStop = at;
  return {
    body: false, there: at === wanted, seen: (ring || look.boxShadow !== "none") && inside, same: same,
    name: at.outerHTML.slice(0, 160),
  };
}"""


def go_to(page: Page, what: Locator, key: str = "Tab") -> None:
    """Press the tabulator until `what` has the focus.

    Args:
        page: with the focus anywhere.
        what: one element.
        key: `Shift+Tab` for the way back, which is shorter to what stands at a page's end.

    Every stop on the way must be visible and drawn as focused, and none may hold the focus.
    """
    wanted = what.element_handle()
    for _stop in range(MOST_STOPS):
        page.keyboard.press(key)
        found: dict[str, Any] = page.evaluate(_STOP, wanted)
        if found["there"]:
            assert found["seen"], f"the focus cannot be seen on {found['name']}"
            return
        assert found["body"] or found["seen"], f"the focus cannot be seen on {found['name']}"
        assert found["body"] or not found["same"], f"the focus does not leave {found['name']}"
    raise AssertionError(f"never reached with the tabulator: {what}")


def skip(page: Page) -> None:
    """Jump over the frame with the first link of the page."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")


def follow(page: Page, what: Locator, key: str = "Tab") -> None:
    """Go to a link or button, and use it; return when the next page is there."""
    go_to(page, what, key)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def fill_in(page: Page, what: Locator, value: str) -> None:
    """Go to a field and type a text into it, or choose in a list with the arrow the option of that value."""
    go_to(page, what)
    if what.evaluate("field => field.tagName") != "SELECT":
        page.keyboard.insert_text(value)
        return
    for _option in range(what.locator("option").count()):
        if what.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no option `{value}` was reached in {what}")
