"""Content credentials (C2PA 2.x, CAWG 1.1): what a file of sound or pictures says of itself.

A credential is written into the file or lies beside it, and is signed. Anybody can read it with
any reader of C2PA, without this house.
"""
