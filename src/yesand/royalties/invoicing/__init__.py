"""What licensees owe: invoices, their receipts, and what becomes of those that nobody pays.

``tax``        how an invoice is taxed
``bill``       what an invoice says, and how its sum comes about
``reference``  its number, and finding it in what a bank tells
``dunning``    when which reminder is due
``aging``      how old what is owed is
"""
