"""Addresses of payouts: runs, the bank, and where people are paid."""

from django.urls import path

from yesand.royalties.paying import views
from yesand.royalties.paying.banking import views as banking

urlpatterns = [
    path("balance/bank/", banking.bank_account, name="bank_account"),
    path("balance/bank/end/", banking.bank_account_end, name="bank_account_end"),
    path("rate/bank/", banking.rater_bank, name="rater_bank"),
    path("rate/bank/end/", banking.rater_bank_end, name="rater_bank_end"),
    path("payouts/account/", banking.house_account, name="house_account"),
    path("payouts/runs/", views.payout_runs, name="payout_runs"),
    path("payouts/runs/prepare/", views.payout_prepare, name="payout_prepare"),
    path("payouts/runs/<str:digest>/", views.payout_run, name="payout_run"),
    path("payouts/runs/<str:digest>/decide/", views.payout_decide, name="payout_decide"),
    path("payouts/runs/<str:digest>/payouts.xml", views.payout_file, name="payout_file"),
    path("payouts/hold/", views.payout_hold, name="payout_hold"),
    path("payouts/void/<str:end_to_end>/", views.payout_void, name="payout_void"),
    path("payouts/bank/", views.payout_bank, name="payout_bank"),
    path("payouts/bank/<int:number>/note/", views.payout_note, name="payout_note"),
]
