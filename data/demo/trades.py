"""The trades of a town centre: what OSM calls them, their French word, signs, hours and goods."""

import random
from dataclasses import dataclass

from delivery.parcels import Size, Temperature


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A parcel the trade sells; `weight` is how often, against the others of the trade."""

    size: Size
    weight: int = 1
    temperature: Temperature = Temperature.AMBIENT
    fragile: bool = False
    age_check: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A trade: `share` is how many of 140 shops follow it, `basket_cents` its usual range.

    `pull` is how much more often than others its shops deliver.
    """

    osm: str
    french: str
    share: int
    signs: tuple[str, ...]
    hours: tuple[str, ...]
    goods: tuple[Goods, ...]
    basket_cents: tuple[int, int]
    pull: int = 2


_COLD, _FROZEN = Temperature.CHILLED, Temperature.FROZEN
_SMALL, _MEDIUM, _LARGE, _BULKY = Size.SMALL, Size.MEDIUM, Size.LARGE, Size.BULKY
_BAKERY = ("Tu-Sa 06:45-13:15,15:00-19:30; Su 07:00-12:45", "Mo-Sa 07:00-13:00,15:30-19:30")
_FOOD = ("Tu-Sa 08:30-12:45,15:00-19:15; Su 09:00-12:30", "Tu-Sa 08:00-12:30,15:00-19:00")
_COUNTER = ("Tu-Sa 09:30-12:30,14:00-19:00", "Mo 14:30-18:30; Tu-Sa 10:00-12:15,14:00-19:00")
_BOUTIQUE = ("Tu-Sa 10:00-12:30,14:00-19:00", "Mo 14:30-19:00; Tu-Sa 10:00-19:00")

KINDS = (
    Kind(osm="bakery", french="boulangerie", share=15, hours=_BAKERY, pull=4,
         signs=("Le Fournil {x}", "Au Pain {x}", "Boulangerie {surname}", "La Huche {x}"),
         goods=(Goods(size=_MEDIUM, weight=3), Goods(size=_SMALL)), basket_cents=(800, 3200)),
    Kind(osm="butcher", french="boucherie", share=9, hours=_FOOD, pull=6,
         signs=("Boucherie {surname}", "Maison {surname}", "L'Étal {x}"),
         goods=(Goods(size=_SMALL, weight=3, temperature=_COLD),
                Goods(size=_MEDIUM, weight=3, temperature=_COLD),
                Goods(size=_LARGE, temperature=_COLD)), basket_cents=(1800, 7500)),
    Kind(osm="cheese", french="fromagerie", share=5, hours=_FOOD, pull=6,
         signs=("La Fromagerie {x}", "Crèmerie {surname}", "Le Buron {x}"),
         goods=(Goods(size=_SMALL, temperature=_COLD), Goods(size=_MEDIUM, temperature=_COLD)),
         basket_cents=(1400, 5500)),
    Kind(osm="seafood", french="poissonnerie", share=4, hours=_FOOD, pull=5,
         signs=("Poissonnerie {surname}", "La Marée {x}"),
         goods=(Goods(size=_SMALL, temperature=_COLD), Goods(size=_MEDIUM, temperature=_COLD)),
         basket_cents=(1800, 6500)),
    Kind(osm="greengrocer", french="primeur", share=7, hours=_FOOD, pull=7,
         signs=("Le Panier {x}", "Primeur {surname}", "Le Carré {x}"),
         goods=(Goods(size=_LARGE, weight=3), Goods(size=_MEDIUM, weight=2)),
         basket_cents=(1500, 5500)),
    Kind(osm="deli", french="traiteur", share=4, hours=_FOOD, pull=5,
         signs=("{surname} traiteur", "La Table {x}"),
         goods=(Goods(size=_MEDIUM, temperature=_COLD, fragile=True),), basket_cents=(2400, 9000)),
    Kind(osm="pastry", french="pâtisserie", share=5, hours=_FOOD, pull=4,
         signs=("Pâtisserie {surname}", "L'Éclair {x}"),
         goods=(Goods(size=_MEDIUM, temperature=_COLD, fragile=True, weight=3),
                Goods(size=_SMALL, temperature=_FROZEN)), basket_cents=(1600, 5200)),
    Kind(osm="confectionery", french="confiserie", share=3, hours=_BOUTIQUE,
         signs=("Les Douceurs {x}", "Confiserie {surname}"),
         goods=(Goods(size=_SMALL),), basket_cents=(900, 3800)),
    Kind(osm="ice_cream", french="glacier", share=2, hours=_BOUTIQUE, pull=4,
         signs=("Le Glacier {x}", "Glaces {surname}"),
         goods=(Goods(size=_SMALL, temperature=_FROZEN),), basket_cents=(1200, 3600)),
    Kind(osm="wine", french="caviste", share=5, hours=_COUNTER, pull=5,
         signs=("La Cave {x}", "Cave {surname}", "Le Tonneau {x}"),
         goods=(Goods(size=_LARGE, fragile=True, age_check=True),
                Goods(size=_MEDIUM, fragile=True, age_check=True)), basket_cents=(2200, 12000)),
    Kind(osm="tea", french="épicerie fine", share=4, hours=_COUNTER, pull=4,
         signs=("Le Comptoir {x}", "L'Épicerie {x}"),
         goods=(Goods(size=_SMALL, weight=2), Goods(size=_MEDIUM, fragile=True)),
         basket_cents=(1200, 5200)),
    Kind(osm="convenience", french="épicerie", share=5, hours=_FOOD, pull=6,
         signs=("L'Épicerie {surname}", "Au Petit Marché {x}"),
         goods=(Goods(size=_LARGE, weight=2), Goods(size=_MEDIUM),
                Goods(size=_SMALL, temperature=_FROZEN)), basket_cents=(1800, 7000)),
    Kind(osm="books", french="librairie", share=5, hours=_COUNTER, pull=5,
         signs=("Librairie {x}", "Le Marque-page {x}"),
         goods=(Goods(size=_SMALL, weight=3), Goods(size=_MEDIUM)), basket_cents=(900, 5200)),
    Kind(osm="stationery", french="papeterie", share=2, hours=_COUNTER,
         signs=("Papeterie {surname}",), goods=(Goods(size=_SMALL),), basket_cents=(800, 3500)),
    Kind(osm="florist", french="fleuriste", share=6, hours=_FOOD, pull=4,
         signs=("Fleurs {x}", "L'Atelier floral {surname}", "La Corolle {x}"),
         goods=(Goods(size=_MEDIUM, fragile=True, weight=2), Goods(size=_BULKY, fragile=True)),
         basket_cents=(1800, 6000)),
    Kind(osm="clothes", french="prêt-à-porter", share=15, hours=_BOUTIQUE, pull=1,
         signs=("La Penderie {x}", "{first} {surname}", "L'Armoire {x}", "Maison {first}"),
         goods=(Goods(size=_SMALL), Goods(size=_MEDIUM, weight=2)), basket_cents=(2500, 12000)),
    Kind(osm="shoes", french="chaussures", share=5, hours=_BOUTIQUE, pull=1,
         signs=("Le Chausseur {x}", "Chaussures {surname}"),
         goods=(Goods(size=_MEDIUM),), basket_cents=(3500, 12000)),
    Kind(osm="jewelry", french="bijouterie", share=3, hours=_BOUTIQUE, pull=1,
         signs=("Bijouterie {surname}",), goods=(Goods(size=_SMALL, fragile=True),),
         basket_cents=(2500, 12000)),
    Kind(osm="toys", french="jouets", share=3, hours=_BOUTIQUE,
         signs=("La Toupie {x}", "Le Coffre à jouets"),
         goods=(Goods(size=_SMALL), Goods(size=_MEDIUM), Goods(size=_LARGE)),
         basket_cents=(1200, 6000)),
    Kind(osm="gift", french="cadeaux", share=5, hours=_BOUTIQUE, pull=1,
         signs=("L'Échoppe {x}", "Au Hasard {x}"),
         goods=(Goods(size=_SMALL, fragile=True),), basket_cents=(1000, 4500)),
    Kind(osm="houseware", french="arts de la table", share=3, hours=_BOUTIQUE, pull=1,
         signs=("Le Vaisselier {x}",), goods=(Goods(size=_MEDIUM, fragile=True),),
         basket_cents=(1800, 8000)),
    Kind(osm="hardware", french="quincaillerie", share=3, hours=_COUNTER,
         signs=("Quincaillerie {surname}", "L'Établi {x}"),
         goods=(Goods(size=_SMALL), Goods(size=_MEDIUM), Goods(size=_LARGE)),
         basket_cents=(900, 6000)),
    Kind(osm="garden_centre", french="jardinerie", share=2, hours=_COUNTER, pull=3,
         signs=("Pépinières {surname}", "Le Sécateur {x}"),
         goods=(Goods(size=_BULKY, weight=2), Goods(size=_LARGE)), basket_cents=(1800, 9000)),
    Kind(osm="cosmetics", french="parfumerie", share=4, hours=_BOUTIQUE, pull=1,
         signs=("Savonnerie {x}", "L'Essentiel {x}"), goods=(Goods(size=_SMALL, fragile=True),),
         basket_cents=(1500, 7500)),
    Kind(osm="optician", french="opticien", share=3, hours=_BOUTIQUE, pull=1,
         signs=("Optique {surname}",), goods=(Goods(size=_SMALL, fragile=True),),
         basket_cents=(3000, 12000)),
    Kind(osm="bicycle", french="cycles", share=2, hours=_COUNTER, pull=1,
         signs=("Cycles {surname}",), goods=(Goods(size=_MEDIUM), Goods(size=_LARGE)),
         basket_cents=(1500, 9000)),
    Kind(osm="music", french="disquaire", share=2, hours=_BOUTIQUE, pull=1,
         signs=("Le Microsillon", "La Face B"), goods=(Goods(size=_SMALL, fragile=True),),
         basket_cents=(1500, 5000)),
    Kind(osm="pet", french="animalerie", share=2, hours=_COUNTER,
         signs=("La Gamelle {x}",), goods=(Goods(size=_LARGE), Goods(size=_MEDIUM)),
         basket_cents=(1500, 6500)),
    Kind(osm="craft", french="artisanat", share=7, hours=_BOUTIQUE, pull=1,
         signs=("Atelier {surname}", "La Fabrique {x}"),
         goods=(Goods(size=_SMALL, fragile=True), Goods(size=_MEDIUM, fragile=True)),
         basket_cents=(1800, 9000)),
)  # fmt: skip
#: For whatever else a real file calls a shop.
OTHER = Kind(
    osm="yes", french="commerce", share=0, hours=_COUNTER, pull=1,
    signs=("Au Bon Accueil {x}",), goods=(Goods(size=_SMALL), Goods(size=_MEDIUM)),
    basket_cents=(1000, 6000),
)  # fmt: skip
BY_OSM = {kind.osm: kind for kind in KINDS} | {
    "supermarket": next(kind for kind in KINDS if kind.osm == "convenience"),
    "chocolate": next(kind for kind in KINDS if kind.osm == "confectionery"),
    "alcohol": next(kind for kind in KINDS if kind.osm == "wine"),
    "farm": next(kind for kind in KINDS if kind.osm == "greengrocer"),
    "fashion": next(kind for kind in KINDS if kind.osm == "clothes"),
    "boutique": next(kind for kind in KINDS if kind.osm == "clothes"),
    "doityourself": next(kind for kind in KINDS if kind.osm == "hardware"),
}

FIRST_NAMES = (
    "Maëlle", "Yann", "Soazig", "Gwenaël", "Nolwenn", "Erwan", "Armelle", "Loïc", "Rozenn",
    "Tanguy", "Enora", "Ronan", "Morgane", "Denis", "Yvonne", "Marcel", "Jeanne", "Bernard",
    "Monique", "Alain", "Françoise", "Michel", "Chantal", "Samir", "Inès", "Thi Lan", "Paul",
    "Awa", "Moussa", "Clara", "Hugo", "Léa", "Théo", "Camille", "Aline", "Rémi", "Odile",
)  # fmt: skip
SURNAMES = (
    "Le Bihan", "Tanguy", "Kervella", "Morvan", "Le Goff", "Guivarch", "Prigent", "Hamon",
    "Rouault", "Besnard", "Jagu", "Corbel", "Le Dantec", "Quéméner", "Riou", "Lozach", "Cariou",
    "Nédélec", "Le Floch", "Hervé", "Bothorel", "Salaün", "Trémel", "Guégan", "Le Meur", "Perrot",
    "Gautier", "Lemoine", "Berthelot", "Chevalier", "Diallo", "Benali", "Nguyen", "Rousseau",
    "Marchand", "Collet", "Dubreuil", "Fontaine", "Lesage", "Poulain", "Cadiou", "Jézéquel",
)  # fmt: skip
_PLACES = (
    "du Marchix", "des Remparts", "du Port", "de l'Horloge", "de la Porte", "du Lannec",
    "de la Duchesse", "du Vieux Pont", "des Arcades", "de la Halle", "du Coin", "d'Azénor",
    "du Puits", "des Gabares", "du Cloître", "des Trois Pignons", "de la Tour", "du Levant",
)  # fmt: skip


def sign(kind: Kind, *, rng: random.Random, taken: set[str]) -> str:
    """Paint a shop's sign that no other shop in `taken` has, and add it there."""
    for _ in range(60):
        name = rng.choice(kind.signs).format(
            x=rng.choice(_PLACES), surname=rng.choice(SURNAMES), first=rng.choice(FIRST_NAMES)
        )
        if name not in taken:
            taken.add(name)
            return name
    name = f"{rng.choice(SURNAMES)} & {rng.choice(SURNAMES)}, {kind.french} {len(taken)}"
    taken.add(name)
    return name
