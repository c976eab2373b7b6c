"""What people look at: terminal panels, curves and plots. Every one is a function of a record."""
