"""A page names the modules that its scripts import."""

from __future__ import annotations

import pytest

from ascolto.ui.modules import modules_of, preload


def test_what_a_script_imports_is_found_to_the_end() -> None:
    found = modules_of("desk/desk.js")
    assert found[0] == "desk/desk.js"
    assert {"desk/list.js", "ui/js/http.js", "ui/js/words.js"} <= set(found)
    assert len(found) == len(set(found))


def test_what_comes_on_demand_is_not_named() -> None:
    assert "desk/choose.js" not in modules_of("desk/desk.js")
    assert "ui/js/sound.js" not in modules_of("ui/js/page.js")


def test_a_module_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        modules_of("desk/no_such.js")


def test_each_has_its_link() -> None:
    drawn = preload("ui/js/toast.js")
    assert drawn.count('rel="modulepreload"') == len(modules_of("ui/js/toast.js")) == 2
    assert "ui/js/words.js" in drawn
