"""The demo's college: 252 classes and a winter programme, as large as one that was reported.

The figures are those of a programme in Liaoning, January 2024: 2,184 students reached, 91 of them
at home and 2,093 online, in 49 places of 11 cities, with meetings in all of 252 classes. The
children and their visits come in by the two imports that a real school uses; beside them stands
what no sheet carries: staff, homes, grants, meetings, and which promises were kept. Told once:
a college that stands is left as it is, with the dates of the day on which it was loaded.
"""
