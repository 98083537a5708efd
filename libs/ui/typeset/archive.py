"""What makes a PDF archivable and accessible: metadata, colours, evidence and the place for a signature."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from html import escape

from PIL import ImageCms
from reportlab.pdfbase import pdfdoc

from libs.ui.typeset.objects import Stream, Written, text_string

PRODUCER = "Khadamaty"
# No text holds this character: it keeps the title's place.
_TITLE = "\0"
# An ICC profile holds when it was made; the bytes of a document may not depend on that.
_ICC_DATE = slice(24, 36)
_NO_DATE = bytes.fromhex("07E8 0001 0001 0000 0000 0000")
# PDF/A doesn't know the schema of `pdfuaid`: the document describes it (ISO 19005-2, 6.6.2.3).
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" \
xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>
<pdf:Producer>{producer}</pdf:Producer>
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>PDF/UA part number</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document says of itself, alike in its Info dictionary and in its XMP.

    Attributes:
        language: The tag of its main language.
        made_at: The only time written into it, in UTC.
    """

    title: str
    author: str
    language: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves, years later, that a signature's certificate was good: a DSS (ETSI EN 319 142-1, 5.4.2).

    Attributes:
        certificates: DER of each certificate of the chain.
        revocation_lists: DER of each CRL of the day.
    """

    certificates: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureField:
    """An invisible signature with an empty slot.

    Attributes:
        alt: What it is, in words, for whoever hears the page.
        byte_range: The array that stands there until the file is whole.
        contents: The empty slot in angle brackets.
    """

    alt: str
    byte_range: str
    contents: str


class Information(pdfdoc.PDFInfo):  # type: ignore[misc]  # reportlab has no types
    """The Info dictionary with those entries only that XMP repeats."""

    def __init__(self, facts: Facts) -> None:
        """Take what is told.

        Args:
            facts: The same that `xmp` gets.
        """
        super().__init__()
        self.title = facts.title
        self.author = facts.author
        self._facts = facts

    def format(self, _document: pdfdoc.PDFDocument) -> bytes:
        """The dictionary's bytes; reportlab calls this while it writes the file."""
        return information(self._facts)


def information(facts: Facts) -> bytes:
    """The Info dictionary, which says what XMP says."""
    return b"<< /Title %b%b" % (
        text_string(facts.title).encode(),
        _rest_of_information(facts.author, facts.made_at),
    )


@lru_cache(maxsize=64)
def _rest_of_information(author: str, made_at: datetime) -> bytes:
    """What stands behind the title: the pages of a day share it."""
    moment = pdf_date(made_at)
    return (
        f" /Author {text_string(author)} /Producer ({PRODUCER}) /CreationDate {moment} /ModDate {moment} >>"
    ).encode("ascii")


@lru_cache(maxsize=64)
def pdf_date(moment: datetime) -> str:
    """A time in UTC as a PDF writes it."""
    return f"(D:{moment:%Y%m%d%H%M%S}+00'00')"


def xmp(facts: Facts) -> bytes:
    """The metadata packet of a PDF/A-2a file that is PDF/UA-1 too."""
    before, after = _packet(facts.author, facts.language, facts.made_at)
    return b"".join((before, escape(facts.title).encode(), after))


@lru_cache(maxsize=64)
def _packet(author: str, language: str, made_at: datetime) -> tuple[bytes, bytes]:
    """What stands before and after the title: the pages of a day share it."""
    packet = _XMP.format(
        title=_TITLE,
        author=escape(author),
        language=language,
        producer=PRODUCER,
        date=f"{made_at:%Y-%m-%dT%H:%M:%S+00:00}",
    )
    before, _, after = packet.partition(_TITLE)
    return before.encode(), after.encode()


def make_archivable(catalog: pdfdoc.PDFCatalog, facts: Facts) -> None:
    """Write metadata and the meaning of colours into a document's catalog."""
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
    catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})
    catalog.Metadata = Stream(
        xmp(facts),
        compressed=False,
        Type=pdfdoc.PDFName("Metadata"),
        Subtype=pdfdoc.PDFName("XML"),
    )
    catalog.OutputIntents = Written(
        "[<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) ",
        "/Info (sRGB IEC61966-2.1) /DestOutputProfile ",
        Stream(_srgb(), N=3),
        " >>]",
    )


def add_evidence(catalog: pdfdoc.PDFCatalog, evidence: Evidence) -> None:
    """Write certificates and revocation lists into a document's catalog."""
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "DSS"]
    catalog.DSS = Written(
        "<< /Type /DSS /Certs [",
        *(part for der in evidence.certificates for part in (Stream(der), " ")),
        "] /CRLs [",
        *(part for der in evidence.revocation_lists for part in (Stream(der), " ")),
        "] >>",
    )


def make_signature(
    catalog: pdfdoc.PDFCatalog, field: SignatureField, page: pdfdoc.PDFObjectReference, made_at: datetime
) -> Written:
    """A certifying signature without its value, and the form that holds it.

    It permits no change afterwards (DocMDP, level 1: ISO 32000-1, 12.8.2.2).

    Args:
        catalog: The document's.
        field: What the signature is.
        page: Where its widget lies, without any extent.
        made_at: The time that the dictionary tells, in UTC.

    Returns:
        The widget; the caller adds its `/StructParent` and closes its dictionary.
    """
    signature = Written(
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached ",
        f"/M {pdf_date(made_at)} ",
        "/Reference [<< /Type /SigRef /TransformMethod /DocMDP ",
        "/TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >>] ",
        f"/ByteRange {field.byte_range} /Contents {field.contents} >>",
    )
    widget = Written(
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) ",
        f"/TU {text_string(field.alt)} /Rect [0 0 0 0] /F 132 /P ",
        page,
        " /V ",
        signature,
    )
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "Perms"]
    catalog.AcroForm = Written("<< /Fields [", widget, "] /SigFlags 3 >>")
    catalog.Perms = Written("<< /DocMDP ", signature, " >>")
    return widget


@cache
def _srgb() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_ICC_DATE] = _NO_DATE
    return bytes(profile)
