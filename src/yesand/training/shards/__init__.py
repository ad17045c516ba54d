"""Networks of parts by performer, so that one withdrawal costs one part and no more.

``planning`` says who is in which part and what a withdrawal will cost, ``parts`` trains them,
``training`` makes the run and the folder of it.
"""
