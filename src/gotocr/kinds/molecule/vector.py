"""A molecule drawn as SVG with RDKit's places and our lines and letters; for a child of its own, since RDKit may die of a molecule."""

from __future__ import annotations

import html

from .reading import molecule

BOND = 40  # user units a bond


def drawn(smiles: str) -> str:
    """The picture of a valid SMILES. Raises ValueError where it cannot be laid out, MissingExtraError without RDKit or skia."""
    import numpy as np

    from ...draw.fonts import find_faces, require_skia
    from ...draw.molecule import Look, plan, require_rdkit
    from .layout import Taste, lay_out

    require_rdkit(), require_skia()
    mol = molecule(smiles)
    layout = None
    for coordgen in (False, True):
        layout = layout or (mol and lay_out(np.random.default_rng(0), mol, Taste(coordgen=coordgen)))
    if not layout:
        raise ValueError("this molecule cannot be laid out")
    face = next((face for face in find_faces(held_out=None) if face.family == "Roboto"), None) or find_faces(held_out=None)[0]
    look = Look(face.path)
    ink = plan(layout.joints, layout.links, layout.circles, look)
    left, top, right, bottom = (value * BOND for value in ink.box(look))
    parts = []
    for stroke, _, _ in ink.strokes:
        points = " ".join(f"{p.real * BOND:.1f},{p.imag * BOND:.1f}" for p in stroke.points)
        if stroke.filled:
            parts.append(f'<polygon points="{points}"/>')
        else:
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="{stroke.width * BOND:.2f}"/>'
            )
    width = look.bond.width * BOND
    for centre, radius in ink.circles:
        x, y = centre.real * BOND, centre.imag * BOND
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius * BOND:.1f}" fill="none" stroke="currentColor" '
            f'stroke-width="{width:.2f}"/>'
        )
    for letter in ink.letters:
        x, y = letter.at.real * BOND, letter.at.imag * BOND
        parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{letter.size * BOND:.1f}">{html.escape(letter.text)}</text>')
    box = f"{left - 4:.0f} {top - 4:.0f} {right - left + 8:.0f} {bottom - top + 8:.0f}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{right - left + 8:.0f}" role="img"'
    return f'{head} fill="currentColor" font-family="Roboto, Arial, sans-serif">{"".join(parts)}</svg>'
