"""`make doctor`: whether a deployed or local stack is healthy, and how to mend what is wrong."""
