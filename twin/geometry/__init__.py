"""trimesh in, arrays out: surfaces are loaded, looked over, and put onto grids."""
