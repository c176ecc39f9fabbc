"""The kernels of ``classify``: each gives the same rows, by other means.

``reference`` is the meaning itself · ``bits`` is for single questions and needs no table of NumPy's · ``numpy`` is
always there · ``numba`` compiles its loops to machine code.
"""
