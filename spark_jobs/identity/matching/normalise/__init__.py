"""Values as written -> values that compare: names, addresses, telephone numbers, e-mail addresses, dates."""
