// Two guests at a time: each uses one processor, and its clock does not see how busy that is.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
