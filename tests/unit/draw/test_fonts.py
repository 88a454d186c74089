"""The fonts that come along: found, covered, and split so that none is both trained on and held out."""

from __future__ import annotations

import pytest

pytest.importorskip("skia")

from gotocr.draw.fonts import BUNDLED, Face, covered, find_faces, split_faces, typeface  # noqa: E402
from gotocr.errors import UsageError  # noqa: E402


def test_families_are_trained_on_or_held_out():
    trained, held, every = find_faces(), find_faces(held_out=True), find_faces(held_out=None)
    families = {face.family for face in trained}, {face.family for face in held}
    assert all(families) and not families[0] & families[1]
    assert len(trained) + len(held) == len(every) == len(list(BUNDLED.glob("*.woff")))


def test_the_weight_of_a_font_does_not_decide():
    assert Face("a", "Karla").held_out == Face("b", "Karla").held_out
    from gotocr.draw.fonts import _family

    assert _family("Exo 2 Extra Light") == "Exo 2 Extra" and _family("Exo 2 Semibold") == "Exo 2" and _family("Light") == "Light"


def test_every_face_has_a_licence():
    names = {path.stem for path in (BUNDLED / "licences").glob("*.txt")}
    assert names == {path.stem for path in BUNDLED.glob("*.woff")}


def test_what_a_font_cannot_draw_is_left_out():
    path = find_faces()[0].path
    assert covered(path, "a中\nb\U0001f600c") == "a\nbc"


def test_folders_without_fonts_say_so(tmp_path):
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    with pytest.raises(UsageError, match="no usable fonts"):
        find_faces([tmp_path])
    with pytest.raises(UsageError, match="not a font"):
        typeface(str(tmp_path / "broken.ttf"))


def test_styles_of_a_family_stay_together():
    faces = [Face("1", "A"), Face("2", "B"), Face("3", "A")]
    assert split_faces(faces) == {"A": [faces[0], faces[2]], "B": [faces[1]]}
