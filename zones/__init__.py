"""The town's map: polygons and hours. Pure; knows no orders."""
