from pennypress.theme.storage import SiteStorage

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
