from tests.api import test_order_form as base
from tests.api.test_order_form import counter, browser, paths  # noqa

def test_shots(counter, paths):
    for scheme in ("light", "dark"):
        for w, h in ((390, 844), (1280, 900)):
            for name, path in paths.items():
                page = counter.open(path, color_scheme=scheme, viewport={"width": w, "height": h})
                page.wait_for_timeout(150)
                page.screenshot(path=f"/tmp/shots/{name}-{w}-{scheme}.png", full_page=True)
                page.close()
            page = counter.open(color_scheme=scheme, viewport={"width": w, "height": h})
            page.locator("#f-address").fill("12 rue du Prot")
            page.locator("#f-basket").fill("1x2")
            page.locator("#f-address").fill("8 rue haute")
            page.keyboard.press("Enter")
            page.wait_for_timeout(300)
            page.locator("#f-name").fill("Paul")
            page.locator("#f-basket").fill("12")
            page.keyboard.press("Enter")
            page.wait_for_timeout(300)
            page.screenshot(path=f"/tmp/shots/mend-{w}-{scheme}.png", full_page=True)
            page.locator("#f-address").fill("")
            page.locator("#f-address").press_sequentially("1 rue")
            page.wait_for_timeout(400)
            page.keyboard.press("ArrowDown")
            page.screenshot(path=f"/tmp/shots/list-{w}-{scheme}.png", full_page=True)
            page.close()
