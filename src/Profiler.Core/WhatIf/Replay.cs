namespace Profiler.Core.WhatIf;

/// <summary>
/// Runs a life again, with something changed: what its threads did is made of work, sleep and turns of locks; what lay between stays, and so
/// does the order of the turns. Without changes it takes as long as was recorded.
/// </summary>
internal sealed class Replay
{
    private readonly RecordedLife _life;
    private readonly Changes _changes;
    private readonly CpuShares _shares;
    private readonly HashSet<LockTurn> _given = [];
    private readonly Dictionary<LockTurn, Node> _waiting = []; // by the turn that has the lock
    private readonly List<Node> _active = []; // working or asleep
    private double _nowNs; // since the begin of the life

    private Replay(RecordedLife life, Changes changes) =>
        (_life, _changes, _shares) = (life, changes, new CpuShares(life, changes.Cpus));

    /// <summary>How long it takes, nanoseconds; null if its parts wait for one another in a circle.</summary>
    public static long? DurationNs(RecordedLife life, Changes changes) => new Replay(life, changes).Run();

    private long? Run()
    {
        (Node first, Node last) = Nodes();
        Go(first);
        while (!last.Ended)
        {
            if (_active.Count == 0)
                return null;
            double share = _shares.Of(_active.Count(n => n.IsWorking)), soonest = _active.Min(n => n.LeftNs / (n.IsWorking ? share : 1));
            _nowNs += soonest;
            foreach (Node node in _active)
                node.LeftNs -= soonest * (node.IsWorking ? share : 1);
            Node[] done = [.. _active.Where(n => n.LeftNs < 0.001)];
            _active.RemoveAll(n => n.LeftNs < 0.001);
            foreach (Node node in done)
                Next(node);
        }
        return (long)Math.Round(_nowNs);
    }

    // Items that overlap are a burst. The next burst comes when all of the one before is over, after the time that lay between.
    private (Node First, Node Last) Nodes()
    {
        ILookup<LifeItem, LockTurn> turns = LockTurns.Of(_life, _changes.ParallelClose ? _changes.GroupOf : static _ => null);
        Node first = Node.After(0), burst = first;
        Node? firstRelease = null;
        long burstNs = _life.Time.StartNs, reachedNs = _life.Time.StartNs;
        var before = new List<Node>(); // those of the burst that the next one waits for
        var releases = new List<Node>(); // likewise, if they are closed together: for the first burst after the last of them
        long releasesEndNs = _life.Releases.Select(r => r.Time.EndNs).DefaultIfEmpty(long.MaxValue).Max();
        var ofThread = new Dictionary<int, (LifeItem Item, Node Node)>();
        Node NextBurst(long ns)
        {
            Node next = Node.After(ns - reachedNs);
            foreach (Node node in before.Concat(ns >= releasesEndNs ? releases : []).Append(burst))
                next.WaitFor(node.AtEnd);
            before.Clear();
            if (ns >= releasesEndNs)
                releases.Clear();
            ofThread.Clear();
            return next;
        }
        foreach (LifeItem item in _life.Items)
        {
            if (item.Number == 0 || item.Time.StartNs >= reachedNs)
            {
                burst = NextBurst(item.Time.StartNs);
                burstNs = item.Time.StartNs;
            }
            reachedNs = Math.Max(reachedNs, item.Time.EndNs);
            List<Step> steps = ItemSteps.Of(item, turns[item], _changes.ShorterOf(item), _shares.WorkNs);
            bool together = _changes.ParallelClose && item.IsRelease;
            Node node;
            if (together && firstRelease is not null)
            {
                node = new Node(0, steps);
                node.WaitFor(firstRelease.AtBegin);
            }
            else if (!together && item.Tid is { } tid && ofThread.TryGetValue(tid, out (LifeItem Item, Node Node) last) && last.Item.Time.EndNs <= item.Time.StartNs)
            {
                node = new Node(item.Time.StartNs - last.Item.Time.EndNs, steps);
                node.WaitFor(last.Node.AtEnd);
            }
            else
            {
                node = new Node(item.Time.StartNs - burstNs, steps);
                node.WaitFor(burst.AtEnd);
            }
            if (together)
                firstRelease ??= node;
            else if (item.Tid is { } thread)
                ofThread[thread] = (item, node);
            (together ? releases : before).Add(node);
        }
        return (first, NextBurst(_life.Time.EndNs));
    }

    private void Go(Node node)
    {
        node.At = -1;
        Start(node, StepKind.Sleep, node.DelayNs);
    }

    // What a node waited for or did is over.
    private void Next(Node node)
    {
        if (node.At < 0)
            Tell(node.AtBegin);
        for (node.At++; node.At < node.Steps.Count; node.At++)
        {
            Step step = node.Steps[node.At];
            if (step.Kind == StepKind.Give)
                Give(step.Turn!);
            else if (step.Kind == StepKind.Take ? !Take(node, step.Turn!) : Start(node, step.Kind, step.Ns))
                return;
        }
        node.Ended = true;
        Tell(node.AtEnd);
    }

    // Whether it takes time.
    private bool Start(Node node, StepKind kind, double ns)
    {
        if (ns <= 0 && node.At >= 0)
            return false;
        (node.LeftNs, node.IsWorking) = (Math.Max(0, ns), kind == StepKind.Work);
        _active.Add(node);
        return true;
    }

    // Whether it has the lock at once.
    private bool Take(Node node, LockTurn turn)
    {
        if (_changes.IsSplit(turn.Key))
            return true;
        if (turn.Before is { } before && !_given.Contains(before))
        {
            _waiting.Add(before, node);
            return false;
        }
        return !turn.FromOutside || !Start(node, StepKind.Sleep, turn.TakenNs - _life.Time.StartNs - _nowNs);
    }

    private void Give(LockTurn turn)
    {
        _given.Add(turn);
        if (!_waiting.Remove(turn, out Node? node))
            return;
        LockTurn next = node.Steps[node.At].Turn!;
        if (!Start(node, StepKind.Sleep, next.FromOutside ? next.TakenNs - _life.Time.StartNs - _nowNs : next.HandoverNs))
            Next(node);
    }

    private void Tell(List<Node> waiting)
    {
        foreach (Node node in waiting)
        {
            if (--node.Pending == 0)
                Go(node);
        }
    }

    /// <summary>An item of the replay, or the begin of a burst, which has no steps.</summary>
    /// <param name="delayNs">From when it may begin until it begins.</param>
    /// <param name="steps">Its steps.</param>
    private sealed class Node(long delayNs, List<Step> steps)
    {
        public long DelayNs => Math.Max(0, delayNs);

        public List<Step> Steps => steps;

        /// <summary>The step that it is at; -1 before the first.</summary>
        public int At { get; set; }

        public double LeftNs { get; set; }

        public bool IsWorking { get; set; }

        public bool Ended { get; set; }

        /// <summary>What it still waits for before it may begin.</summary>
        public int Pending { get; set; }

        /// <summary>Those that wait for its begin.</summary>
        public List<Node> AtBegin { get; } = [];

        /// <summary>Those that wait for its end.</summary>
        public List<Node> AtEnd { get; } = [];

        public static Node After(long delayNs) => new(delayNs, []);

        public void WaitFor(List<Node> other)
        {
            Pending++;
            other.Add(this);
        }
    }
}
