// One guest at a time: two cores are little enough for one, and its timing is what is tested.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
