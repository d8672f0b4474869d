"""Who somebody is: what is asked, which answer counts, what is shown."""
