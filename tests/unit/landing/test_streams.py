import bz2
import gzip
import hashlib
import zipfile

import pytest

from spark_jobs.landing import streams
from spark_jobs.landing.problems import RejectedDeliveryError
from spark_jobs.landing.streams import DeliveredFile, raw_text

TEXT = b"a,b\n" + b"1,x\n" * 1000


def delivered(path, content, **options):
    path.write_bytes(content)
    return DeliveredFile(path, options=options)


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path.read_bytes()


@pytest.mark.parametrize(("ending", "pack"), [("csv", bytes), ("csv.gz", gzip.compress), ("bz2", bz2.compress)])
def test_the_content_is_unpacked_and_the_delivered_bytes_are_hashed(tmp_path, ending, pack):
    content = pack(TEXT)
    file = delivered(tmp_path / f"x.{ending}", content)
    assert b"".join(file.blocks()) == TEXT
    assert file.content_hash() == hashlib.sha256(content).hexdigest()


def test_the_hash_covers_what_no_reader_wanted(tmp_path):
    assert delivered(tmp_path / "x.csv", TEXT).content_hash() == hashlib.sha256(TEXT).hexdigest()


def test_a_zip_member_is_chosen_by_pattern(tmp_path):
    content = zipped(tmp_path / "x.zip", **{"data.csv": TEXT, "readme.txt": b"hello"})
    assert b"".join(delivered(tmp_path / "x.zip", content, member="*.csv").blocks()) == TEXT


def test_a_zip_with_several_candidates_is_rejected(tmp_path):
    content = zipped(tmp_path / "x.zip", a=b"1", b=b"2")
    with pytest.raises(RejectedDeliveryError, match=r"x.zip holds 2 files that match"):
        list(delivered(tmp_path / "x.zip", content).blocks())


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress)])
def test_a_cut_archive_is_rejected(tmp_path, ending, pack):
    file = delivered(tmp_path / f"x.{ending}", pack(TEXT)[:-10])
    with pytest.raises(RejectedDeliveryError, match="cut or damaged") as rejection:
        list(file.blocks())
    assert rejection.value.rule == "broken_archive"


def test_a_file_that_is_no_archive_is_rejected(tmp_path):
    with pytest.raises(RejectedDeliveryError, match=r"x.zip cannot be unpacked"):
        list(delivered(tmp_path / "x.zip", b"PK no").blocks())


def test_an_archive_bomb_is_stopped_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "RATIO_COUNTS_FROM", 1 << 20)
    monkeypatch.setattr(streams, "BLOCK", 1 << 16)
    content = gzip.compress(bytes(1 << 25))
    blocks, count = delivered(tmp_path / "x.gz", content, max_ratio="100").blocks(), 0
    with pytest.raises(RejectedDeliveryError, match=r"unpacks to more than 3,26.,...") as rejection:
        for block in blocks:
            count += len(block)
    assert rejection.value.rule == "archive_too_large"
    assert count < 4 << 20


def test_a_declared_size_is_not_exceeded(tmp_path):
    with pytest.raises(RejectedDeliveryError, match="more than 100 bytes"):
        list(delivered(tmp_path / "x.csv", TEXT, max_bytes="100").blocks())


def test_a_file_that_is_written_to_is_noticed(tmp_path):
    file = delivered(tmp_path / "x.csv", TEXT)
    assert not file.is_changing()
    (tmp_path / "x.csv").write_bytes(TEXT + b"2,y\n")
    assert file.is_changing()


def test_characters_that_blocks_cut_in_two_are_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "BLOCK", 3)
    path = tmp_path / "x.csv"
    path.write_bytes("王芳,Zoë".encode("gb18030"))
    assert b"".join(DeliveredFile(path, "gb18030").blocks()).decode() == "王芳,Zoë"


def test_bytes_that_are_no_text_are_shown():
    assert raw_text(b"a\xff") == "a\\xff"
    assert raw_text("a\udcff".encode("utf-8", "surrogatepass")) == "a\\xff"
