"""Addresses of agreements."""

from django.urls import path

from yesand.agreements import views
from yesand.agreements.approving import views as approving
from yesand.agreements.collective import views as collective
from yesand.agreements.negotiating import views as negotiating
from yesand.agreements.offering import views as offering
from yesand.agreements.suspending import views as suspending

urlpatterns = [
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/<str:digest>/", views.agreement, name="agreement"),
    path("agreements/<str:digest>/receipt.json", views.receipt, name="agreement_receipt"),
    path("agreements/<str:digest>/consent.json", views.consent, name="agreement_consent"),
    path("agreements/<str:digest>/odrl.jsonld", views.as_odrl, name="agreement_odrl"),
    path("agreements/<str:digest>/amend/", negotiating.amend, name="agreement_amend"),
    path("agreements/<str:digest>/changes/", negotiating.changes, name="agreement_changes"),
    path("agreements/<str:digest>/approvals/", approving.approvals, name="agreement_approvals"),
    path("collectives/", collective.collectives, name="collectives"),
    path("collectives/new/", collective.new_collective, name="collective_new"),
    path("collectives/<str:digest>/", collective.collective, name="collective"),
    path("unions/", collective.unions, name="unions"),
    path("suspensions/", suspending.suspensions, name="suspensions"),
    path("suspensions/new/", suspending.new_suspension, name="suspension_new"),
    path("suspensions/<str:digest>/", suspending.suspension, name="suspension"),
    path("odrl/", views.profile, name="odrl"),
    path("odrl/<str:name>.ttl", views.published, name="odrl_published"),
    path("offers/new/", offering.new_offer, name="offer_new"),
    path("offers/new/terms/", offering.offer_terms, name="offer_terms"),
    path("offers/<int:number>/", offering.offer, name="offer"),
    path("offers/<int:number>/counter/", negotiating.counter, name="offer_counter"),
    path("offers/<int:number>/end/", offering.end_offer, name="offer_end"),
]
