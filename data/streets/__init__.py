"""Streets from OpenStreetMap through OSRM: reading files, building datasets, answering."""
