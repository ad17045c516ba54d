"""Addresses of the books."""

from django.urls import path

from yesand.royalties.books import views

urlpatterns = [
    path("books/", views.books, name="books"),
    path("books/ledger.beancount", views.ledger, name="ledger"),
    path("books/<int:number>/", views.book, name="book"),
]
