"""What a chat model may say of made-up quotes: true sentences in both languages, and false ones by hand and by rule."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.words import Language
from retriever.answer import Citation


@dataclass(frozen=True)
class Source:
    """A made-up quote, and true sentences over it in both languages, without their citation number."""

    quote: str
    language: Language
    title: str
    authors: tuple[str, ...]
    year: int
    en: tuple[str, ...]
    sv: tuple[str, ...]

    def said(self, language: Language) -> tuple[str, ...]:
        return self.en if language == "en" else self.sv

    def citation(self, n: int) -> Citation:
        return Citation(
            n, f"s{n}", f"s{n}.pdf", self.title, self.authors, self.year, 3, "3", self.language, self.quote, 0, 9
        )


SOURCES = (
    Source(
        "Property crime fell by 14 per cent in the lit squares, but violent crime did not fall.",
        "en",
        "Street lighting and crime",
        ("Brandt, A.",),
        2011,
        (
            "In the lit squares, property crime fell by 14 per cent.",
            "Property crime decreased by 14% in lit squares.",
            "Violent crime did not fall.",
            "Property crime dropped by fourteen per cent in the lit squares, while violent crime did not.",
        ),
        (
            "Egendomsbrotten minskade med 14 procent på de upplysta torgen.",
            "Våldsbrotten minskade inte.",
            "På de upplysta torgen sjönk egendomsbrotten med fjorton procent, men våldsbrotten minskade inte.",
        ),
    ),
    Source(
        "En obligatorisk avgift löser friåkarproblemet eftersom alla ägare då måste betala.",
        "sv",
        "Friåkare i platssamverkan",
        ("Ek, Maria",),
        2019,
        (
            "A compulsory levy solves the free-rider problem.",
            "Since all owners must then pay, a compulsory levy solves the free rider problem.",
        ),
        (
            "En obligatorisk avgift löser friåkarproblemet.",
            "Friåkarproblemet löses av en obligatorisk avgift, eftersom alla ägare måste betala.",
            "Alla ägare måste betala en obligatorisk avgift.",
        ),
    ),
    Source(
        "The review of 21 studies found little evidence that cameras reduce violent crime.",
        "en",
        "Forty years of cameras",
        ("Moreau, P.", "Lind, K."),
        2019,
        (
            "The review found little evidence that cameras reduce violent crime.",
            "According to the review of 21 studies, there is little evidence that cameras lower violent crime.",
            "Moreau and Lind (2019) found little evidence that cameras reduce violent crime.",
        ),
        (
            "Översikten av 21 studier fann få belägg för att kameror minskar våldsbrott.",
            "Det finns få belägg för att kameror minskar våldsbrott.",
            "Enligt Moreau och Lind (2019) finns det få belägg för att kameror minskar våldsbrott.",
        ),
    ),
    Source(
        "I Malmö sjönk andelen otrygga kvinnor från 34 till 27 procent efter att parken fick ny belysning.",
        "sv",
        "Belysning i park",
        ("Dahl, Per",),
        2016,
        (
            "In Malmö, the share of women who felt unsafe fell from 34 to 27 per cent after the park got new lighting.",
            "The share of unsafe women in Malmö fell from 34 to 27 per cent after the park got new lighting.",
        ),
        (
            "Andelen otrygga kvinnor i Malmö minskade från 34 till 27 procent efter att parken fick ny belysning.",
            "Efter att parken fick ny belysning sjönk andelen otrygga kvinnor i Malmö från 34 % till 27 %.",
        ),
    ),
    Source(
        "Guards at railway stations reduced robberies by half, and passengers said that they felt safer.",
        "en",
        "Guards at stations",
        ("Okafor, T.",),
        2014,
        (
            "Guards at railway stations reduced robberies by half.",
            "Robberies were halved with guards at railway stations.",
            "Passengers said that they felt safer.",
            "Robberies fell by 50 per cent with guards at railway stations.",
        ),
        (
            "Väktare på järnvägsstationer minskade rånen med hälften.",
            "Passagerarna sade att de kände sig tryggare.",
            "Rånen halverades med vakter på järnvägsstationer.",
        ),
    ),
    Source(
        "Frivilliga avgifter räcker sällan i områden med många små ägare.",
        "sv",
        "Friåkare i platssamverkan",
        ("Ek, Maria",),
        2019,
        (
            "Voluntary fees are seldom enough in areas with many small owners.",
            "In areas with many small owners, voluntary fees are rarely enough.",
        ),
        (
            "I områden med många små ägare räcker frivilliga avgifter sällan.",
            "Frivilliga avgifter räcker sällan där många ägare är små.",
        ),
    ),
    Source(
        "The districts spent about USD 21,000 for each violent crime averted.",
        "en",
        "Volunteering to be taxed",
        ("Brooks, L.",),
        2008,
        (
            "The districts spent about USD 21,000 for each violent crime averted.",
            "For each violent crime averted, the districts spent about 21,000 USD.",
            "Brooks (2008) reports that the districts spent about USD 21,000 for each violent crime averted.",
        ),
        (
            "Distrikten lade ungefär 21 000 USD på varje avvärjt våldsbrott.",
            "Enligt Brooks (2008) spenderade distrikten omkring 21 000 USD för varje avvärjt våldsbrott.",
        ),
    ),
    Source(
        "Kommunen ansvarar för att kartlägga brottsligheten och ta fram en åtgärdsplan.",
        "sv",
        "Kommuners ansvar",
        ("Sandberg, Eva",),
        2023,
        (
            "The municipality is responsible for mapping crime.",
            "The municipality is responsible for mapping crime and producing an action plan.",
        ),
        (
            "Kommunen ansvarar för att kartlägga brottsligheten.",
            "Kommunen har ansvar för att kartlägga brottsligheten och för att ta fram en åtgärdsplan.",
        ),
    ),
    Source(
        "Greening vacant lots in Philadelphia reduced gun violence by 29 per cent in "
        "neighbourhoods below the poverty line.",
        "en",
        "Restoring vacant land",
        ("Navarro, C.",),
        2018,
        (
            "In neighbourhoods below the poverty line, greening vacant lots reduced gun violence by 29 per cent.",
            "Gun violence in neighbourhoods below the poverty line in Philadelphia fell by "
            "29% with greening of vacant lots.",
            "Greening vacant lots in Philadelphia cut gun violence by 29 per cent in "
            "neighbourhoods below the poverty line.",
        ),
        (
            "I Philadelphia minskade skjutvapenvåldet med 29 procent i grannskap under "
            "fattigdomsgränsen när ödetomter gjordes gröna.",
            "Grönare ödetomter i Philadelphia minskade skjutvapenvåldet med 29 procent i grannskap under "
            "fattigdomsgränsen.",
        ),
    ),
    Source(
        "Tre av fyra butiksägare uppgav att torget upplevdes som renare.",
        "sv",
        "Effekter av platssamverkan",
        ("Holm, Sara",),
        2021,
        (
            "Three of four shop owners stated that the square was perceived as cleaner.",
            "The square was perceived as cleaner, according to three of four shop owners.",
        ),
        (
            "Tre av fyra butiksägare upplevde torget som renare.",
            "Enligt tre av fyra butiksägare upplevdes torget som renare.",
            "3 av 4 butiksägare uppgav att torget upplevdes som renare.",
        ),
    ),
    Source(
        "Fear of crime was not measured in any of the 13 trials.",
        "en",
        "Patrol trials",
        ("Weiss, H.",),
        2017,
        ("Fear of crime was not measured in the 13 trials.", "None of the thirteen trials measured fear of crime."),
        ("Rädsla för brott mättes inte i de 13 försöken.", "Inget av de tretton försöken mätte rädsla för brott."),
    ),
    Source(
        "Ordningsvakter får använda våld i vissa situationer, vilket väktare inte får.",
        "sv",
        "Ordningsvakt och väktare",
        ("Berg, Nils",),
        2020,
        ("Public order guards may use force in certain situations.",),
        (
            "Ordningsvakter får använda våld i vissa situationer.",
            "I vissa situationer får ordningsvakter använda våld, vilket väktare inte får.",
        ),
    ),
    Source(
        "Hot spot policing may displace crime to neighbouring streets, although most "
        "studies find a diffusion of benefits.",
        "en",
        "Displacement and diffusion",
        ("Guerra, R.",),
        2009,
        (
            "Hot spot policing may displace crime to neighbouring streets.",
            "Most studies find a diffusion of benefits.",
            "Crime may be displaced to neighbouring streets by hot spot policing, although "
            "most studies find a diffusion of benefits.",
        ),
        (
            "Polisarbete i hot spots kan förskjuta brotten till angränsande gator.",
            "De flesta studier finner en spridning av nyttan.",
        ),
    ),
    Source(
        "Handelns omsättning ökade med 4,94 procent under de två första åren.",
        "sv",
        "Handel och trygghet",
        ("Ström, Lena",),
        2015,
        (
            "Retail turnover increased by 4.94 per cent during the first two years.",
            "During the first two years, the turnover of retail rose by 4.94%.",
        ),
        (
            "Under de två första åren ökade handelns omsättning med 4,94 %.",
            "Omsättningen i handeln steg med 4,94 procent under de två första åren.",
        ),
    ),
    Source(
        "Cleaning and maintenance were the most common services, followed by hosts and events.",
        "en",
        "Services of districts",
        ("Marsh, J.",),
        2012,
        (
            "The most common services were cleaning and maintenance.",
            "Cleaning and maintenance were the most common services.",
            "Hosts and events followed.",
        ),
        (
            "De vanligaste tjänsterna var städning och underhåll.",
            "Städning och underhåll var de vanligaste tjänsterna, följt av värdar och evenemang.",
        ),
    ),
    Source(
        "Fastighetsägarna betalar hälften av kostnaden medan kommunen står för resten.",
        "sv",
        "Finansiering",
        ("Nyberg, Olof",),
        2022,
        (
            "The property owners pay half of the cost.",
            "Property owners pay half of the cost, while the municipality pays the rest.",
        ),
        (
            "Fastighetsägarna betalar hälften av kostnaden.",
            "Kommunen står för resten.",
            "Hälften av kostnaden betalas av fastighetsägarna, medan kommunen står för resten.",
        ),
    ),
    Source(
        "Residents reported higher trust in the police where patrols were predictable.",
        "en",
        "Predictable patrol",
        ("Ibsen, M.",),
        2013,
        (
            "Residents reported higher trust in the police where patrols were predictable.",
            "Where patrols were predictable, residents had more trust in the police.",
            "Trust in the police was higher among residents where patrols were predictable.",
        ),
        (
            "De boende hade högre förtroende för polisen där patrullerna var förutsägbara.",
            "Förtroendet för polisen var högre bland boende där patrulleringen var förutsägbar.",
        ),
    ),
    Source(
        "Unga män är mer utsatta för våld än kvinnor, men kvinnor känner sig mer otrygga.",
        "sv",
        "Utsatthet och trygghet",
        ("Frisk, Anna",),
        2018,
        ("Young men are more exposed to violence than women, but women feel more unsafe.", "Women feel more unsafe."),
        (
            "Unga män är mer utsatta för våld än kvinnor.",
            "Kvinnor känner sig mer otrygga.",
            "Kvinnor känner sig mer otrygga, medan unga män är mer utsatta för våld än kvinnor.",
        ),
    ),
    Source(
        "The cost was twice as high as planned, and the contract was not renewed.",
        "en",
        "Costs of guards",
        ("Farrow, D.",),
        2010,
        (
            "The cost was twice as high as planned.",
            "The contract was not renewed.",
            "The cost was twice as high as planned and the contract was not renewed.",
        ),
        (
            "Kostnaden var dubbelt så hög som planerat.",
            "Avtalet förnyades inte.",
            "Kontraktet förnyades inte och kostnaden var dubbelt så hög som planerat.",
        ),
    ),
    Source(
        "Utvärderingen visar ingen statistiskt säkerställd effekt på anmälda brott.",
        "sv",
        "Utvärdering av Sofielund",
        ("Kron, Bo",),
        2017,
        (
            "The evaluation shows no statistically significant effect on reported crime.",
            "No statistically significant effect on reported crime is shown by the evaluation.",
        ),
        (
            "Utvärderingen visar ingen statistiskt säkerställd effekt på anmälda brott.",
            "Ingen statistiskt säkerställd effekt på anmälda brott visas i utvärderingen.",
            "Enligt utvärderingen finns ingen statistiskt säkerställd effekt på anmälda brott.",
        ),
    ),
    Source(
        "Benches and trees make people stay longer in the square.",
        "en",
        "Staying activities",
        ("Gahl, J.",),
        2006,
        (
            "Benches and trees make people stay longer in the square.",
            "People stay longer in the square with benches and trees.",
        ),
        (
            "Bänkar och träd gör att människor stannar längre på torget.",
            "Människor stannar längre på torg med bänkar och träd.",
        ),
    ),
    Source(
        "Samverkan mellan polis och kommun stärktes genom gemensamma lägesbilder.",
        "sv",
        "Samverkan",
        ("Alm, Karin",),
        2020,
        ("Collaboration between police and municipality was strengthened through shared situation reports.",),
        (
            "Genom gemensamma lägesbilder stärktes samverkan mellan polis och kommun.",
            "Samverkan mellan polisen och kommunen stärktes av gemensamma lägesbilder.",
        ),
    ),
    Source(
        "About a third of the 1,200 respondents in Sweden avoided the square at night.",
        "en",
        "Avoidance at night",
        ("Palm, E.",),
        2020,
        (
            "About a third of the respondents avoided the square at night.",
            "A third of the 1,200 respondents in Sweden avoided the square at night.",
            "At night, about one third of the respondents avoided the square.",
        ),
        (
            "Ungefär en tredjedel av de 1 200 svarande i Sverige undvek torget på natten.",
            "En tredjedel av de svarande undvek torget på natten.",
        ),
    ),
    Source(
        "Klotter sanerades inom 24 timmar, och skadegörelsen minskade med en fjärdedel.",
        "sv",
        "Klottersanering",
        ("Vik, Tor",),
        2014,
        (
            "Graffiti was removed within 24 hours.",
            "Vandalism decreased by a quarter.",
            "Vandalism fell by 25 per cent.",
        ),
        (
            "Klottret sanerades inom 24 timmar.",
            "Skadegörelsen minskade med en fjärdedel.",
            "Skadegörelsen sjönk med 25 procent, och klotter sanerades inom 24 timmar.",
        ),
    ),
    Source(
        "Brooks (2008) links BIDs in Los Angeles to a fall in crime of between 6 and 10 per cent.",
        "en",
        "Evidence note: Does a compulsory levy solve free riding? Brooks (2008)",
        ("Startkorpus",),
        2026,
        (
            "BIDs in Los Angeles are linked to a fall in crime of between 6 and 10 per cent.",
            "Brooks (2008) links BIDs in Los Angeles to a decrease in crime of 6 to 10 per cent.",
            "Crime fell by between 6 and 10 per cent with BIDs in Los Angeles.",
        ),
        (
            "Brooks (2008) kopplar BID i Los Angeles till en minskning av brotten på mellan 6 och 10 procent.",
            "I Los Angeles minskade brotten med mellan 6 och 10 procent med BID.",
        ),
    ),
    Source(
        "A compulsory levy changes that calculation, because every owner inside the "
        "boundary pays once the district has been formed.",
        "en",
        "A note",
        ("Startkorpus",),
        2026,
        (
            "With a compulsory levy, every owner inside the boundary pays once the district has been formed.",
            "Every owner inside the boundary pays a compulsory levy once the district has been formed.",
        ),
        ("Med en obligatorisk avgift betalar varje ägare innanför gränsen när distriktet har bildats.",),
    ),
    Source(
        "A voluntary contribution leaves each owner free to wait and see.",
        "en",
        "A note",
        ("Startkorpus",),
        2026,
        ("A voluntary contribution leaves each owner free to wait.",),
        ("Ett frivilligt bidrag låter varje ägare vänta och se.",),
    ),
    Source(
        "Den systematiska översikten av Lorenc m.fl. (2013, FEA001) fann få belägg för "
        "att gatubelysning minskar rädsla för brott.",
        "sv",
        "A note",
        ("Startkorpus",),
        2026,
        (
            "The systematic review by Lorenc et al. (2013) found little evidence that street "
            "lighting reduces fear of crime.",
            "Lorenc et al. found little evidence that street lighting reduces fear of crime.",
        ),
        (
            "Lorenc m.fl. (2013) fann få belägg för att gatubelysning minskar rädsla för brott.",
            "Få belägg finns för att gatubelysning minskar rädslan för brott.",
        ),
    ),
    Source(
        "Property crime fell with improved street lighting in Welsh, Farrington and "
        "Douglas (2022), but violent crime did not.",
        "en",
        "A note",
        ("Startkorpus",),
        2026,
        (
            "Property crime fell with improved street lighting, but violent crime did not.",
            "Violent crime did not fall.",
            "With better street lighting, property crime decreased.",
        ),
        (
            "Egendomsbrotten minskade med bättre gatubelysning, men inte våldsbrotten.",
            "Våldsbrotten minskade däremot inte.",
            "Enligt Welsh, Farrington och Douglas (2022) minskade egendomsbrotten med förbättrad gatubelysning.",
        ),
    ),
    Source(
        "Lorenc et al. (2013) also find little evidence that CCTV, programmes with many "
        "parts, or regeneration reduce fear of crime.",
        "en",
        "A note",
        ("Startkorpus",),
        2026,
        (
            "There is little evidence that CCTV reduces fear of crime.",
            "Lorenc et al. (2013) find little evidence that CCTV or regeneration reduce fear of crime.",
        ),
        (
            "Det finns få belägg för att kameraövervakning minskar rädsla för brott.",
            "Lorenc m.fl. (2013) finner få belägg för att kameraövervakning minskar rädslan för brott.",
        ),
    ),
    Source(
        "Kameraövervakningen på Stureplan gav ingen mätbar minskning av våldsbrotten.",
        "sv",
        "A note",
        ("Startkorpus",),
        2026,
        (
            "CCTV at Stureplan gave no measurable reduction in violent crime.",
            "Camera surveillance at Stureplan gave no measurable decrease in violent crimes.",
        ),
        (
            "Ingen mätbar minskning av våldsbrotten gavs av kameraövervakningen på Stureplan.",
            "Kamerorna på Stureplan gav ingen mätbar minskning av våldsbrotten.",
        ),
    ),
    Source(
        "Otryggheten är större bland kvinnor än bland män, och störst i åldern 16–19 år.",
        "sv",
        "A note",
        ("Startkorpus",),
        2026,
        (
            "Feelings of unsafety are greater among women than among men.",
            "Unsafety is greatest in the age group 16–19.",
        ),
        ("Otryggheten är större bland kvinnor än bland män.", "Störst är otryggheten i åldern 16–19 år."),
    ),
    Source(
        "The levy is paid by businesses with a rateable value above £10,000.",
        "en",
        "A note",
        ("Startkorpus",),
        2026,
        (
            "Businesses with a rateable value above £10,000 pay the levy.",
            "The levy is paid by businesses with a rateable value above £10,000.",
        ),
        ("Avgiften betalas av företag.",),
    ),
    Source(
        "Platssamverkan kräver tydliga mål, långsiktig finansiering och uppföljning.",
        "sv",
        "A note",
        ("Startkorpus",),
        2026,
        (
            "Place-based collaboration requires clear goals, long-term funding and follow-up.",
            "Place collaboration requires long-term financing.",
        ),
        (
            "Platssamverkan kräver långsiktig finansiering.",
            "För platssamverkan krävs tydliga mål, uppföljning och långsiktig finansiering.",
        ),
    ),
)

LIES: tuple[tuple[int, Language, str], ...] = (
    # each over the source with this number from 0; every word may well be in the quote
    (0, "en", "Violent crime fell by 14 per cent in the lit squares."),
    (0, "en", "Property crime and violent crime fell by 14 per cent in the lit squares."),
    (0, "en", "Property crime did not fall in the lit squares, but violent crime fell by 14 per cent."),
    (0, "en", "Violent crime fell."),
    (0, "en", "Property crime rose by 14 per cent in the lit squares."),
    (0, "en", "All property crime fell by 14 per cent in the lit squares."),
    (0, "en", "Property crime fell by at least 14 per cent in the lit squares."),
    (0, "en", "Property crime fell by 14 percentage points in the lit squares."),
    (0, "en", "Property crime will fall by 14 per cent in lit squares."),
    (0, "en", "Property crime fell by 14 in the lit squares."),
    (0, "en", "Property crime fell by 14 per cent in the lit parks."),
    (0, "en", "It fell by 14 per cent in the lit squares."),
    (0, "sv", "Våldsbrotten minskade med 14 procent på de upplysta torgen."),
    (0, "sv", "Egendomsbrotten minskade inte på de upplysta torgen."),
    (0, "sv", "Egendomsbrotten ökade med fjorton procent på de upplysta torgen."),
    (0, "sv", "Egendomsbrotten minskade med fyrtio procent på de upplysta torgen."),
    (0, "sv", "Både egendomsbrott och våldsbrott minskade på de upplysta torgen."),
    (1, "en", "A voluntary levy solves the free-rider problem."),
    (1, "en", "A compulsory levy always solves the free-rider problem."),
    (1, "en", "A compulsory levy does not solve the free-rider problem."),
    (1, "en", "Municipalities should introduce a compulsory levy."),
    (1, "sv", "Friåkarproblemet löser en obligatorisk avgift eftersom ägare inte måste betala."),
    (1, "sv", "En frivillig avgift löser friåkarproblemet."),
    (2, "en", "Cameras reduce violent crime."),
    (2, "en", "The review of 21 studies found that cameras reduce violent crime."),
    (2, "en", "The review of 21 studies proves that cameras do not reduce violent crime."),
    (2, "en", "Andersson (2019) found little evidence that cameras reduce violent crime."),
    (2, "en", "Moreau and Lind (2017) found little evidence that cameras reduce violent crime."),
    (2, "en", "In 2019 there was little evidence that cameras reduce violent crime."),
    (2, "sv", "Kameror minskar våldsbrott."),
    (2, "sv", "Översikten av 12 studier fann få belägg för att kameror minskar våldsbrott."),
    (2, "sv", "Enligt Moreau och Lund (2019) finns det få belägg för att kameror minskar våldsbrott."),
    (3, "en", "In Malmö, the share of unsafe women fell from 27 to 34 per cent after the park got new lighting."),
    (3, "en", "In Malmö, the share of unsafe women rose from 27 to 34 per cent after the park got new lighting."),
    (3, "en", "In Lund, the share of unsafe women fell from 34 to 27 per cent after the park got new lighting."),
    (3, "en", "In Malmö, the share of unsafe men fell from 34 to 27 per cent after the park got new lighting."),
    (3, "en", "In Malmö, the share of unsafe women fell from 34 to 27 per cent before the park got new lighting."),
    (3, "sv", "I Malmö sjönk andelen trygga kvinnor från 34 till 27 procent efter att parken fick ny belysning."),
    (3, "sv", "I Göteborg sjönk andelen otrygga kvinnor från 34 till 27 procent."),
    (4, "en", "Guards at railway stations reduced robberies by a third."),
    (4, "en", "Guards at railway stations doubled robberies."),
    (4, "en", "Robberies reduced guards at railway stations by half."),
    (4, "en", "Guards at bus stations reduced robberies by half."),
    (4, "sv", "Väktare på järnvägsstationer fördubblade rånen."),
    (4, "sv", "Poliser på järnvägsstationer minskade rånen med hälften."),
    (4, "sv", "Passagerarna sade att de kände sig otryggare."),
    (5, "en", "Voluntary fees are enough in areas with many small owners."),
    (5, "en", "Voluntary fees are never enough in areas with many small owners."),
    (5, "sv", "Obligatoriska avgifter räcker sällan i områden med många små ägare."),
    (5, "sv", "Frivilliga avgifter räcker i områden med många små ägare."),
    (6, "en", "The districts spent about USD 12,000 for each violent crime averted."),
    (6, "en", "The districts spent about USD 21 for each violent crime averted."),
    (6, "en", "The districts spent about EUR 21,000 for each violent crime averted."),
    (6, "en", "The districts spent about USD 21,000 for each property crime averted."),
    (6, "sv", "Distrikten spenderade 21 miljoner USD för varje avvärjt våldsbrott."),
    (7, "en", "The police are responsible for mapping crime."),
    (7, "en", "The municipality must always map crime."),
    (7, "sv", "Kommunen ansvarar inte för att kartlägga brottsligheten."),
    (8, "en", "Greening vacant lots in Chicago reduced gun violence by 29 per cent in "
    "neighbourhoods below the poverty line."),
    (8, "en", "Greening vacant lots in Philadelphia reduced gun violence by 29 per cent in "
    "neighbourhoods above the poverty line."),
    (8, "en", "Gun violence in Philadelphia reduced greening of vacant lots by 29 per cent."),
    (8, "en", "Greening vacant lots in Philadelphia reduced gun violence by up to 29 per cent."),
    (9, "en", "Four of three shop owners stated that the square was perceived as cleaner."),
    (9, "en", "Three of four shop owners stated that the square was perceived as safer."),
    (9, "sv", "Alla butiksägare uppgav att torget upplevdes som renare."),
    (9, "sv", "De flesta butiksägare uppgav att torget upplevdes som renare."),
    (10, "en", "Fear of crime was measured in the 13 trials."),
    (10, "en", "Fear of crime fell in the 13 trials."),
    (10, "sv", "Rädsla för brott mättes i 13 försök."),
    (11, "sv", "Väktare får använda våld i vissa situationer."),
    (11, "sv", "Ordningsvakter får använda våld."),
    (11, "sv", "Ordningsvakter får inte använda våld i vissa situationer."),
    (11, "en", "Guards may use force in all situations."),
    (12, "en", "Hot spot policing displaces crime to neighbouring streets."),
    (12, "en", "All studies find a diffusion of benefits."),
    (12, "en", "Studies find a diffusion of crime."),
    (12, "sv", "Alla studier finner en spridning av nyttan."),
    (13, "en", "Retail turnover fell by 4.94 per cent during the first two years."),
    (13, "en", "Retail turnover increased by 4.94 per cent during the first ten years."),
    (13, "en", "Retail turnover increased by 494 per cent during the first two years."),
    (13, "sv", "Handelns omsättning ökade med 4,49 procent under de två första åren."),
    (14, "en", "Hosts and events were the most common services, followed by cleaning and maintenance."),
    (14, "sv", "Städning och underhåll var de ovanligaste tjänsterna."),
    (15, "en", "The municipality pays half of the cost."),
    (15, "sv", "Kommunen betalar hälften av kostnaden."),
    (15, "sv", "Fastighetsägarna betalar hela kostnaden."),
    (15, "sv", "Fastighetsägarna står för resten."),
    (16, "en", "Residents reported lower trust in the police where patrols were predictable."),
    (16, "en", "Residents reported higher trust in the police where patrols were unpredictable."),
    (16, "sv", "Polisen hade högre förtroende för de boende där patrullerna var förutsägbara."),
    (17, "en", "Women are more exposed to violence than young men."),
    (17, "en", "Young men feel more unsafe."),
    (17, "sv", "Kvinnor är mer utsatta för våld än unga män."),
    (17, "sv", "Unga män känner sig mer otrygga."),
    (18, "en", "The contract was twice as high as planned."),
    (18, "en", "The cost was half as high as planned."),
    (18, "en", "The contract was renewed."),
    (18, "sv", "Kontraktet förnyades."),
    (19, "en", "The evaluation shows a statistically significant effect on reported crime."),
    (19, "sv", "Utvärderingen visar en statistiskt säkerställd effekt på anmälda brott."),
    (19, "sv", "Utvärderingen bevisar att ingen effekt finns på anmälda brott."),
    (20, "en", "Benches and trees make people leave the square."),
    (20, "en", "Benches make trees stay longer in the square."),
    (20, "sv", "Bänkar och träd gör att människor inte stannar längre på torget."),
    (21, "sv", "Samverkan mellan polis och kommun försvagades genom gemensamma lägesbilder."),
    (21, "sv", "Samverkan mellan polis och skola stärktes genom gemensamma lägesbilder."),
    (22, "en", "About half of the 1,200 respondents in Sweden avoided the square at night."),
    (22, "en", "About a third of the 1,200 respondents in Norway avoided the square at night."),
    (22, "sv", "Ungefär en tredjedel av de 12 000 svarande i Sverige undvek torget på natten."),
    (22, "sv", "Ungefär en tredjedel av de 1 200 svarande i Sverige undvek torget på dagen."),
    (23, "sv", "Klotter sanerades inom 42 timmar."),
    (23, "sv", "Skadegörelsen ökade med en fjärdedel."),
    (23, "en", "Graffiti decreased by a quarter."),
    (23, "sv", "Klottret minskade med en fjärdedel."),
    (24, "en", "Crime fell by between 6 and 10 per cent in Los Angeles in 2008."),
    (24, "en", "BIDs in Los Angeles are linked to a rise in crime of between 6 and 10 per cent."),
    (24, "en", "Crime in Los Angeles fell by 6 per cent with BIDs."),
    (24, "en", "BIDs in New York are linked to a fall in crime of between 6 and 10 per cent."),
    (24, "en", "BIDs cause a fall in crime of between 6 and 10 per cent in Los Angeles."),
    (24, "en", "A fall in BIDs of between 6 and 10 per cent is linked to crime in Los Angeles."),
    (24, "sv", "I Los Angeles ökade brotten med mellan 6 och 10 procent med BID."),
    (24, "sv", "I Los Angeles minskade BID med mellan 6 och 10 procent."),
    (24, "sv", "BID i Sverige minskade brotten med mellan 6 och 10 procent."),
    (25, "en", "No owner inside the boundary pays a compulsory levy."),
    (25, "en", "Every owner outside the boundary pays once the district has been formed."),
    (25, "en", "Every owner inside the boundary pays twice once the district has been formed."),
    (25, "en", "Every business inside the boundary pays a compulsory levy."),
    (26, "en", "A compulsory contribution leaves each owner free to wait."),
    (26, "en", "A voluntary contribution leaves no owner free to wait."),
    (26, "en", "A voluntary contribution leaves the municipality free to wait."),
    (27, "en", "The systematic review by Lorenc et al. (2013) found strong evidence that street "
     "lighting reduces fear of crime."),
    (27, "en", "Street lighting reduces fear of crime, according to Lorenc et al. (2013)."),
    (27, "en", "Lorenc et al. (2013) found little evidence that street lighting increases fear of crime."),
    (27, "en", "Lorenc et al. (2013) found little evidence that street lighting reduces crime in parks."),
    (27, "en", "Fear of crime reduces street lighting, for which there is little evidence."),
    (27, "en", "There is evidence that street lighting does not reduce fear of crime."),
    (27, "sv", "Gatubelysning minskar inte rädsla för brott."),
    (27, "sv", "Lorenc m.fl. (2013) fann belägg för att gatubelysning minskar rädsla för brott."),
    (27, "sv", "Lorenc m.fl. (2013) fann många belägg för att gatubelysning minskar rädsla för brott."),
    (27, "sv", "Lorenc m.fl. (2013) fann få belägg för att kameror minskar rädsla för brott."),
    (28, "en", "Violent crime fell with improved street lighting."),
    (28, "en", "Property crime did not fall with improved street lighting."),
    (28, "en", "Improved street lighting fell with property crime."),
    (28, "en", "Crime fell with improved street lighting, and so did violent crime."),
    (28, "en", "Property crime fell without improved street lighting."),
    (28, "sv", "Våldsbrotten minskade med bättre gatubelysning."),
    (28, "sv", "Egendomsbrotten minskade med sämre gatubelysning."),
    (28, "sv", "Varken egendomsbrotten eller våldsbrotten minskade."),
    (29, "en", "CCTV reduces fear of crime."),
    (29, "en", "There is little evidence that fear of crime reduces CCTV."),
    (29, "en", "Programmes with many parts reduce fear of crime."),
    (29, "en", "Lorenc et al. (2013) find some evidence that CCTV reduces fear of crime."),
    (30, "en", "CCTV at Stureplan gave a measurable reduction in violent crime."),
    (30, "en", "CCTV at Medborgarplatsen gave no measurable reduction in violent crime."),
    (30, "en", "CCTV at Stureplan gave no measurable increase in violent crime."),
    (30, "en", "CCTV at Stureplan gave no measurable reduction in property crime."),
    (31, "en", "Feelings of unsafety are greater among men than among women."),
    (31, "en", "Safety is greater among women than among men."),
    (31, "en", "Feelings of unsafety are greatest at the age of 19."),
    (31, "sv", "Tryggheten är större bland kvinnor än bland män."),
    (31, "sv", "Otryggheten är större bland män än bland kvinnor."),
    (31, "sv", "Otryggheten är mindre bland kvinnor än bland män."),
    (31, "sv", "Otryggheten är störst bland kvinnor i åldern 16–19 år."),
    (32, "en", "The levy is paid by businesses with a rateable value below £10,000."),
    (32, "en", "The levy is paid by residents with a rateable value above £10,000."),
    (32, "en", "The levy is not paid by businesses with a rateable value above £10,000."),
    (32, "en", "Businesses are paid a levy with a rateable value above £10,000."),
    (33, "en", "Place-based collaboration requires short-term funding."),
    (33, "en", "Place-based collaboration does not require clear goals."),
    (33, "sv", "Platssamverkan kräver otydliga mål."),
    (33, "sv", "Platssamverkan kräver kortsiktig finansiering."),
    (33, "sv", "Platssamverkan kräver statlig finansiering."),
    (33, "sv", "Uppföljning kräver platssamverkan."),
)  # fmt: skip
"""False sentences made by hand, most of them out of the quote's own words."""

GAPS: tuple[tuple[int, Language, str], ...] = (
    (24, "en", "Crime links BIDs in Los Angeles to a fall of between 6 and 10 per cent."),
    (28, "en", "Street lighting improved with falling property crime."),
    (33, "en", "Clear goals require place-based collaboration."),
)
"""False sentences that pass all the same: the known gap of a check by words."""


def numbered(sentence: str, *numbers: int) -> str:
    """A sentence with its citation numbers before the full stop."""
    return f"{sentence.removesuffix('.')} {''.join(f'[{n}]' for n in numbers)}."


# Lies made by rule: a true sentence over a source, turned false

_OTHER_NAMES = ("Göteborg", "Denver", "Andersson", "NTU", "Trelleborg", "Kowalski")
_ELSEWHERE: dict[Language, tuple[str, ...]] = {
    "en": (
        "Roundabouts slow traffic down and save lives.",
        "Children who sleep well do better in school.",
        "Street markets attract visitors from the whole region.",
        "Dogs in parks are a common cause of conflict.",
        "As an AI language model, I cannot answer that.",
    ),
    "sv": (
        "Cirkulationsplatser dämpar farten och räddar liv.",
        "Barn som sover gott klarar skolan bättre.",
        "Torghandeln lockar besökare från hela regionen.",
        "Hundar i parker är en vanlig orsak till konflikter.",
        "Som en AI-modell kan jag inte svara på det.",
    ),
}
_TURNED = (
    ("fell", "rose"), ("reduced", "increased"), ("increased", "fell"), ("decreased", "increased"), ("higher", "lower"),
    ("rose", "fell"), ("dropped", "rose"), ("lower", "raise"), ("reduce", "increase"), ("cut", "raised"),
    ("minskade", "ökade"), ("sjönk", "steg"), ("ökade", "minskade"), ("högre", "lägre"), ("steg", "sjönk"),
    ("minskar", "ökar"), ("mer", "mindre"), ("more", "less"), ("stärktes", "minskades"), ("strengthened", "reduced"),
)  # fmt: skip
_DENIALS = (
    ("did not", "did"), ("not ", ""), ("inte ", ""), (" inte", ""), ("little evidence", "evidence"), ("few", "many"),
    ("få belägg", "belägg"), ("seldom", "always"), ("rarely", "always"), ("sällan", "alltid"), ("no ", "a "),
    ("ingen ", "en "), ("None of the", "All the"), ("was ", "was not "), ("were ", "were not "), ("is ", "is not "),
    ("are ", "are not "), ("minskade", "minskade inte"), ("ansvarar", "ansvarar inte"), ("solves", "does not solve"),
    ("löser", "löser inte"), ("betalar", "betalar inte"), ("pay ", "do not pay "), ("ökade", "ökade inte"),
)  # fmt: skip
_SURER: dict[Language, tuple[str, ...]] = {
    "en": ("It is proven that {}", "All studies show that {}", "Without doubt, {}", "Always, {}"),
    "sv": ("Det är bevisat att {}", "Alla studier visar att {}", "Utan tvekan gäller att {}", "Alltid gäller att {}"),
}
_INVENTED: dict[Language, tuple[str, ...]] = {
    "en": ("According to Johansson et al. (2020), {}", "A study from Oslo found that {}", "In 2003, {}"),
    "sv": ("Enligt Johansson m.fl. (2020) gäller att {}", "En studie från Oslo fann att {}", "År 2003 gällde att {}"),
}
_LINKS = ("{} (see www.example.org)", "{} (https://example.org/a)", "{} <b>indeed</b>", "{} **indeed**", "{} [a](b)")


def _matter(source: Source) -> set[str]:
    """The long words of a source in both languages, by their beginnings: two without a common one say other things."""
    text = " ".join([source.quote, *source.en, *source.sv])
    return {word[:5] for word in re.findall(r"[^\W\d_]{5,}", text.lower())}


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:].removesuffix(".")


def _swapped(pairs: Sequence[tuple[str, str]], text: str, rng: random.Random) -> str | None:
    fits = [(a, b) for a, b in pairs if re.search(rf"(?<!\w){re.escape(a)}(?!\w)", text)]
    if not fits:
        return None
    a, b = rng.choice(fits)
    return re.sub(rf"(?<!\w){re.escape(a)}(?!\w)", b, text, count=1)


def _figure(text: str, rng: random.Random) -> str | None:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return None
    match = rng.choice(found)
    return f"{text[: match.start()]}{int(match[0]) + rng.choice((-1, 1, 3, 10, 100))}{text[match.end() :]}"


def lie(n: int, language: Language, rng: random.Random) -> tuple[str, str]:
    """A false sentence, citation numbers and all, about source `n` (from 1), and what kind of lie it is."""
    source = SOURCES[n - 1]
    true = rng.choice(source.said(language))
    other = rng.choice([k for k, far in enumerate(SOURCES, 1) if not _matter(source) & _matter(far)])
    lies: dict[str, str | None] = {
        "figure": _marked_as(_figure(true, rng), n),
        "direction": _marked_as(_swapped(_TURNED, true, rng), n),
        "denial": _marked_as(_swapped(_DENIALS, true, rng), n),
        "name": numbered(f"{true.removesuffix('.')} {'in' if language == 'en' else 'i'} {rng.choice(_OTHER_NAMES)}", n),
        "surer": numbered(rng.choice(_SURER[language]).format(_lowered(true)), n),
        "invented": numbered(rng.choice(_INVENTED[language]).format(_lowered(true)), n),
        "link": numbered(rng.choice(_LINKS).format(true.removesuffix(".")), n),
        "elsewhere": numbered(rng.choice(_ELSEWHERE[language]), n),
        "uncited": true,
        "no such quote": numbered(true, 90 + n % 9),
        "wrong quote": numbered(true, other),
        "idle quote": numbered(true, n, other),
        "misquoted": numbered(f"”{true.removesuffix('.')}, {rng.choice(('yes', 'ja'))}”", n),
    }
    kind = rng.choice([kind for kind, text in lies.items() if text])
    return lies[kind] or "", kind


def _marked_as(text: str | None, n: int) -> str | None:
    return None if text is None else numbered(text, n)
