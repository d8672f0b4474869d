"""`make doctor`: whether a stack is healthy, deployed or local, and where what is wrong is put right."""
