"""Everything kept, read or fetched: PostgreSQL, outside formats, streets from OSRM.

May import delivery, routing and zones; psycopg, osrm and osmium enter the house here.
"""
