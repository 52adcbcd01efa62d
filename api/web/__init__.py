"""Templates, static files and the catalogues of words, French first."""
