"""From what is owed to money in a performer's bank account.

``iban``, ``details``     where somebody is paid
``plan``                  what a run pays, what it holds back, and why
``pain``, ``checking``    the file for the bank (ISO 20022), and our own check of it
``phases``                what each step posts to the ledger
``camt``, ``matching``    what the bank tells, and which payout it is about
``rails``, ``stripe``     the ways on which money goes: a bank's file, transfers by Stripe
"""
