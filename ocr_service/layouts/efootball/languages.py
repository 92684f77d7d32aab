"""The words of the screen in the languages of the game: row labels and phases."""

from typing import Final

from msgspec import Struct

from events.reading import Phase


class Language(Struct, frozen=True):
    """`labels` from top to bottom; `phases` in the order half time, full time, extra time."""

    labels: tuple[str, ...]
    phases: tuple[str, str, str]

    def phase(self, phase: Phase) -> str:
        return self.phases[tuple(Phase).index(phase)]


def _language(labels: str, phases: str) -> Language:
    half, full, extra = phases.split("|")
    return Language(tuple(labels.split("|")), (half, full, extra))


LANGUAGES: Final = {
    "en": _language(
        "Possession|Shots|Shots on Target|Fouls|Offsides|Corner Kicks|Free Kicks|Passes"
        "|Successful Passes|Crosses|Interceptions|Tackles|Saves",
        "Half Time|Full Time|After Extra Time",
    ),
    "fr": _language(
        "Possession|Tirs|Tirs cadrés|Fautes|Hors-jeu|Corners|Coups francs|Passes"
        "|Passes réussies|Centres|Interceptions|Tacles|Arrêts",
        "Mi-temps|Fin du match|Après prolongations",
    ),
    "es": _language(
        "Posesión|Disparos|Disparos a puerta|Faltas|Fueras de juego|Córners|Tiros libres|Pases"
        "|Pases completados|Centros|Intercepciones|Entradas|Paradas",
        "Descanso|Final del partido|Final de la prórroga",
    ),
    "pt": _language(
        "Posse de bola|Chutes|Chutes a gol|Faltas|Impedimentos|Escanteios|Tiros livres|Passes"
        "|Passes certos|Cruzamentos|Interceptações|Desarmes|Defesas",
        "Intervalo|Fim de jogo|Após a prorrogação",
    ),
    "it": _language(
        "Possesso palla|Tiri|Tiri in porta|Falli|Fuorigioco|Calci d'angolo|Punizioni|Passaggi"
        "|Passaggi riusciti|Cross|Intercetti|Contrasti|Parate",
        "Fine primo tempo|Fine partita|Dopo i supplementari",
    ),
    "de": _language(
        "Ballbesitz|Schüsse|Torschüsse|Fouls|Abseits|Eckstöße|Freistöße|Pässe"
        "|Angekommene Pässe|Flanken|Abgefangene Bälle|Tacklings|Paraden",
        "Halbzeit|Spielende|Nach Verlängerung",
    ),
    "tr": _language(
        # Turkish has an i without a dot.
        "Topa Sahip Olma|Şut|İsabetli Şut|Faul|Ofsayt|Korner|Serbest Vuruş|Pas"
        "|Başarılı Pas|Orta|Top Kesme|Top Kapma|Kurtarış",  # noqa: RUF001
        "Devre Arası|Maç Sonu|Uzatmalar Sonu",  # noqa: RUF001
    ),
    "id": _language(
        "Penguasaan Bola|Tembakan|Tembakan Tepat|Pelanggaran|Offside|Tendangan Sudut"
        "|Tendangan Bebas|Operan|Operan Sukses|Umpan Silang|Intersep|Tekel|Penyelamatan",
        "Paruh Waktu|Waktu Penuh|Setelah Perpanjangan Waktu",
    ),
    "ja": _language(
        "支配率|シュート|枠内シュート|ファウル|オフサイド|コーナーキック|フリーキック|パス"
        "|パス成功|クロス|インターセプト|タックル|セーブ",
        "ハーフタイム|試合終了|延長戦終了",
    ),
    "ar": _language(
        "الاستحواذ|التسديدات|التسديدات على المرمى|الأخطاء|التسلل|الركلات الركنية|الركلات الحرة"
        "|التمريرات|التمريرات الناجحة|العرضيات|الاعتراضات|التدخلات|التصديات",
        "نهاية الشوط الأول|نهاية المباراة|بعد الوقت الإضافي",
    ),
}
