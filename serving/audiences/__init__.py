"""Audiences: who meets a condition over tags, counted and explained on the bitmap index of a release."""
