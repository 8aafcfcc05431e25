import re
from pathlib import Path

import pennypress
from pennypress.theme.storage import ROOMS_OF_MODULES, SiteStorage

STYLE = "".join(f".rule-{number} {{ margin: {number * 7 % 13}px }}\n" for number in range(400))


def test_files_are_compressed_under_the_names_that_pages_use(tmp_path):
    storage = SiteStorage(location=tmp_path, base_url="/static/")
    for room in ("discussion", "wagtailadmin"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "some.css").write_text(STYLE)
    names = ["discussion/some.css", "wagtailadmin/some.css"]
    for _name, _hashed, processed in storage.post_process({name: (storage, name) for name in names}):
        assert not isinstance(processed, Exception)
    readers, desk = (tmp_path / storage.stored_name(name) for name in names)
    brotli = [file.with_name(file.name + ".br").stat().st_size for file in (readers, desk)]
    gzip = [file.with_name(file.name + ".gz").stat().st_size for file in (readers, desk)]
    # Readers' files as small as can be, the desk's quickly; by the name without its hash nobody asks.
    assert brotli[0] < brotli[1] < len(STYLE) / 2 and max(gzip) < len(STYLE) / 2
    assert not list(tmp_path.glob("*/some.css.*"))


def test_modules_name_each_other_by_their_hashed_names(tmp_path):
    storage = SiteStorage(location=tmp_path, base_url="/static/")
    scripts = {
        "discussion/part.js": "export const part = 1;\n",
        "discussion/deep/whole.js": 'import { part } from "../part.js";\nimport("../part.js");\n',
        "wagtailadmin/bundle.js": 'import("./nobody.js");\n',
    }
    for name, text in scripts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for _name, _hashed, processed in storage.post_process({name: (storage, name) for name in scripts}):
        assert not isinstance(processed, Exception)
    part = storage.stored_name("discussion/part.js").split("/")[-1]
    whole = (tmp_path / storage.stored_name("discussion/deep/whole.js")).read_text()
    assert part != "part.js" and whole == f'import {{ part }} from "../{part}";\nimport("../{part}");\n'
    # The desk's bundles are left as they are.
    assert (tmp_path / storage.stored_name("wagtailadmin/bundle.js")).read_text() == scripts["wagtailadmin/bundle.js"]


def test_every_room_with_modules_is_known():
    rooms = {
        file.relative_to(static).parts[0]
        for static in Path(pennypress.__file__).parent.glob("*/static")
        for file in static.rglob("*.js")
        if re.search(r"^(import|export)\b|\bimport\(", file.read_text(), re.MULTILINE)
    }
    assert "discussion" in rooms and rooms <= set(ROOMS_OF_MODULES)
