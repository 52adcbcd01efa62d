"""Invented but plausible names: streets by the part of town they lie in, and how they combine."""

import random

import delivery.addresses

#: The town, its river and its postcode: none of them exists (La Poste assigns no 22999).
TOWN = "Port-Lannec"
RIVER_NAME = "le Lannec"
POSTCODE = "22999"

OLD_TOWN = (
    "de l'Horloge", "des Tanneurs", "de la Mercerie", "des Drapiers", "du Marchix", "des Halles",
    "de la Cohue", "du Puits-Salé", "des Cordeliers", "de la Lainerie", "du Petit-Four",
    "de la Poissonnerie", "du Beurre", "des Changes", "de la Larderie", "des Gantiers",
    "du Pilori", "des Chandeliers", "du Cloître", "de la Grande-Mesure", "des Merciers",
    "de l'Auditoire", "du Prieuré", "des Fileuses", "du Four-Banal", "de la Ferronnerie",
    "de la Barbacane", "du Sacristain", "des Trois-Pignons", "de l'Écu", "du Chapeau-Rouge",
    "de la Vieille-Prison", "des Potiers", "de la Croix-Blanche", "des Forges", "du Guichet",
    "de la Tour-Grise", "du Champ-Clos", "des Bouchers", "de la Chanterelle", "du Lion-d'Or",
    "de l'Échaudoir", "du Vieux-Cimetière", "de la Boulangerie", "des Ursulines",
)  # fmt: skip
PORT = (
    "des Gabares", "des Bateliers", "du Halage", "des Calfats", "de la Grève", "du Mât",
    "des Passeurs", "de la Douane", "des Cordiers", "du Vivier", "de la Saline",
    "du Lavoir-Neuf", "des Haleurs", "de l'Écluse", "des Charpentiers", "du Cabestan",
)  # fmt: skip
RESIDENTIAL = (
    "des Ajoncs", "des Genêts", "des Bruyères", "des Camélias", "des Hortensias", "des Tilleuls",
    "des Chênes", "des Châtaigniers", "des Hêtres", "des Frênes", "des Bouleaux", "des Érables",
    "des Noisetiers", "des Merisiers", "des Pommiers", "des Aubépines", "des Églantines",
    "des Primevères", "des Jonquilles", "des Glycines", "des Mimosas", "des Iris", "des Lilas",
    "des Rosiers", "des Fougères", "des Violettes", "des Pervenches", "des Bleuets",
    "des Coquelicots", "des Mésanges", "des Hirondelles", "des Alouettes", "des Fauvettes",
    "des Pinsons", "des Rouges-Gorges", "des Bouvreuils", "des Chardonnerets", "des Martinets",
    "des Hérons", "des Courlis", "des Aigrettes", "des Sternes", "des Cormorans", "des Goélands",
    "des Écureuils", "des Lavandières", "du Verger", "du Pressoir", "de la Métairie",
    "du Colombier", "de la Garenne", "du Pâtis", "de la Closerie", "du Grand-Pré",
    "des Petits-Prés", "du Bois-Joli", "de l'Étang", "de la Prairie", "du Ruisseau",
    "des Peupliers", "des Saules", "des Aulnes", "du Vallon", "de la Colline", "du Belvédère",
    "des Jardins", "des Vergers", "de Beausoleil", "de Bellevue", "du Midi", "du Levant",
    "du Couchant", "de l'Avenir", "de l'Espérance", "de la Concorde", "des Quatre-Vents",
    "de la Pépinière", "des Maraîchers", "du Moulin-à-Vent", "de la Meunerie", "du Blé-Noir",
    "de l'Avoine", "du Sarrasin", "des Moissons", "des Semailles", "de la Fenaison",
    "du Colporteur", "des Couvreurs", "des Ardoisiers", "des Carriers", "des Sabotiers",
    "des Vanniers", "des Rémouleurs", "de la Filature", "de la Teinturerie", "des Tisserands",
)  # fmt: skip
AVENUES = (
    "de la République", "de la Liberté", "du Général-Kerven", "Anne-de-Bretagne", "des Alliés",
    "du Duc-Jean", "de la Duchesse", "de Penthièvre", "de Cornouaille", "du Trégor",
    "de Brocéliande", "de l'Estuaire", "de la Gare-Haute", "du Souvenir", "de la Résistance",
    "du Champ-de-Foire", "de l'Octroi", "du Docteur-Morvan",
)  # fmt: skip
FAUBOURG = (
    "du Collège", "des Écoles", "de l'Hospice", "du Capitaine-Le-Goff", "de l'Abbé-Trémel",
    "des Frères-Guivarch", "Marie-Tanguy", "Saint-Gwen", "Sainte-Azénor", "Saint-Ronan",
    "Sainte-Nonne", "du Goëlo", "du Léon", "du Poudouvre", "du Stade", "de la Caserne",
    "de l'Abattoir", "de la Laiterie", "de la Minoterie", "de la Cidrerie", "du Gaz",
    "des Entrepôts", "du Vieux-Faubourg", "de l'Instituteur-Bihan", "de la Sous-Préfecture",
    "du Jeu-de-Paume", "de la Poste-aux-Chevaux", "du Manège", "de la Brasserie",
)  # fmt: skip
COUNTRY_HEADS = (
    "du Clos", "du Champ", "du Pré", "du Bois", "de la Lande", "de la Ville", "du Chêne",
    "de la Croix", "de la Fontaine", "du Moulin", "de la Haie",
)  # fmt: skip
COUNTRY_TAILS = (
    "Rouault", "au-Duc", "Guérin", "Morel", "aux-Loups", "Hamon", "Besnard", "Rohan", "Corbin",
    "aux-Moines", "Jagu", "à-l'Âne", "des-Landes",
)  # fmt: skip


class Signs:
    """Street names given out once each: no two doors of the town fold to the same key."""

    def __init__(self, *, seed: int) -> None:
        """Shuffle the subjects."""
        self._rng = random.Random(f"signs {seed}")
        country = [f"{head}-{tail}" for head in COUNTRY_HEADS for tail in COUNTRY_TAILS]
        self._subjects = {
            "old": self._shuffled(OLD_TOWN),
            "port": self._shuffled(PORT),
            "avenue": self._shuffled(AVENUES),
            "faubourg": self._shuffled(FAUBOURG),
            "residential": self._shuffled(RESIDENTIAL),
            "country": self._shuffled(country),
        }
        self._taken: set[str] = set()

    def _shuffled(self, names: list[str] | tuple[str, ...]) -> list[str]:
        return self._rng.sample(list(names), len(names))

    def claim(self, name: str) -> bool:
        """Take this very name; False when a street already has it."""
        key = delivery.addresses.fold(name)
        fresh = key not in self._taken
        self._taken.add(key)
        return fresh

    def name(self, area: str, types: tuple[str, ...]) -> str:
        """Give out a name of the area with one of the street types."""
        for pool in (area, "residential", "faubourg", "country"):
            while self._subjects[pool]:
                name = f"{self._rng.choice(types)} {self._subjects[pool].pop()}"
                if self.claim(name):
                    return name
        raise ValueError("more streets than names")

    def beside(self, street: str, types: tuple[str, ...]) -> str | None:
        """Name a dead end after the street it leaves; None when all types are used up there."""
        _, _, subject = street.partition(" ")
        for kind in types:
            if self.claim(f"{kind} {subject}"):
                return f"{kind} {subject}"
        return None
