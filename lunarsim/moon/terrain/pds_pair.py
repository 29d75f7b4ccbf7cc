"""An image of the Planetary Data System and its detached label: two files, of which either may be given."""

from __future__ import annotations

from pathlib import Path

from lunarsim import data
from lunarsim.errors import DataError
from lunarsim.moon.terrain.pds_label import Label

_MOST_LABELS = 50  # of a folder that are looked into, for one that describes an image


def label_and_image(path: Path) -> tuple[Label, tuple[Path, int]]:
    """Return the label, and the image with the byte where it starts, of the one of the two that was given.

    Raises
    ------
    DataError
        If one of the two is missing, with what is needed and where it is to lie, or they do not belong together.
    """
    if path.suffix.upper() == ".LBL":
        label = Label(path)
        name, start = label.image_pointer()
        return label, (_image_of(label, _beside(path, ".IMG").name if name is None else name), start)
    label = Label(_label_of(path))
    name, start = label.image_pointer()
    if name is not None and name.lower() != path.name.lower():
        there = _companion(label.path, name) is not None
        todo = f"give {label.path.name} to read it" if there else f"if {path.name} is it, give it back that name"
        label.fail(label.pointer, f"{path.name}: the label describes another image; {todo}")
    return label, (path, start)


def _label_of(image: Path) -> Path:
    """Return the label of an image."""
    name = _beside(image, ".LBL").name
    found = _companion(image, name)
    if found is not None:
        return found
    words = (
        f"{image}: its label {name} is not in the same folder. An .IMG holds numbers alone; the label says how many, "
        f"in which unit, and of which part of the Moon"
    )
    other = _label_by_its_pointer(image)
    if other is not None:
        raise DataError(f"{words}. {other.name}, beside it, describes {image.name}: give {other.name}")
    raise DataError(f"{words}: put {name} there{_how_to_get(name)}")


def _image_of(label: Label, name: str) -> Path:
    """Return the image that a label describes."""
    found = _companion(label.path, name)
    if found is not None:
        return found
    words = f"{label.path}: this is the label alone, and the heights, {name}, are not in the same folder"
    twin = _beside(label.path, ".IMG")
    if twin.is_file() and twin.name.lower() != name.lower():
        raise DataError(f"{words}; if {twin.name} holds them, give it back the name {name}")
    raise DataError(f"{words}: put {name} there{_how_to_get(name)}")


def _how_to_get(name: str) -> str:
    """Return how a file of the registry is fetched; nothing of others."""
    known = {each.lower(): each for each in data.known_files()}
    return f" ('lunarsim data fetch {known[name.lower()]}' fetches it)" if name.lower() in known else ""


def _label_by_its_pointer(image: Path) -> Path | None:
    """Return a label in the folder of an image that says that it describes it."""
    beside = sorted(each for each in image.parent.iterdir() if each.suffix.lower() == ".lbl" and not each.is_symlink())
    for path in beside[:_MOST_LABELS]:
        try:
            name, _ = Label(path).image_pointer()
        except DataError:  # another kind of label
            continue
        if name is not None and name.lower() == image.name.lower():
            return path
    return None


def _beside(path: Path, suffix: str) -> Path:
    return next(
        (p for p in (path.with_suffix(suffix), path.with_suffix(suffix.lower())) if p.is_file()),
        path.with_suffix(suffix),
    )


def _companion(path: Path, name: str) -> Path | None:
    """Return the file of a name in the folder of the one that was given; None if there is none.

    A link that leads out of the folder is followed only if the given file is a link as well: a label must not
    choose which files of a machine are read.
    """
    alike = [data.user_path(path.with_name(form)) for form in (name, name.lower(), name.upper())]
    companion = next((p for p in alike if p.is_file()), None)
    if companion is None:
        return None
    if companion.is_symlink() and not path.is_symlink() and companion.resolve().parent != path.resolve().parent:
        raise DataError(
            f"{companion}: a link that leads to another folder, where {path.name} is none: give the file it leads to, "
            "or put both into one folder"
        )
    return companion


def missing_half(path: Path) -> str:
    """Return what to say of an image, or a label, that is not there while its other half is; nothing otherwise."""
    other = _beside(path, ".IMG" if path.suffix.upper() == ".LBL" else ".LBL")
    if path.suffix.upper() not in {".LBL", ".IMG"} or not other.is_file():
        return ""
    half, rest = ("label", "heights") if path.suffix.upper() == ".LBL" else ("heights", "label")
    return f"{other.name} is there, which is the {rest} alone: put the {half} beside it{_how_to_get(path.name)}"
