using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Profiler.Core.Spans;

/// <summary>
/// The threads with something in progress: by number, by process, and by age. Each change costs the same with any number of threads.
/// </summary>
internal sealed class ThreadTable
{
    private readonly Dictionary<int, ThreadState> _threads = []; // by thread
    private readonly Dictionary<int, ThreadState> _processes = []; // one thread of each process
    private readonly Stack<ThreadState> _spare = [];
    private ThreadState? _youngest;
    private ThreadState? _latest; // the one asked for last: most events follow another one of their thread

    public int Count => _threads.Count;

    public IReadOnlyCollection<ThreadState> All => _threads.Values;

    /// <summary>The thread that began first; null if there is none.</summary>
    public ThreadState? Oldest { get; private set; }

    /// <summary>Whether a thread of the process has something in progress.</summary>
    public bool Has(int tgid) => _processes.ContainsKey(tgid);

    /// <summary>One of the threads of a process; null if there is none.</summary>
    public ThreadState? OfProcess(int tgid) => _processes.GetValueOrDefault(tgid);

    public bool TryGet(int tid, [NotNullWhen(true)] out ThreadState? thread)
    {
        if (_latest is { } latest && latest.Tid == tid)
            thread = latest;
        else if (_threads.TryGetValue(tid, out thread))
            _latest = thread;
        return thread is not null;
    }

    /// <summary>Adds the thread of an event; it must not be there yet.</summary>
    public ThreadState Add(TaskId task, ulong sinceNs)
    {
        ThreadState thread = _spare.TryPop(out ThreadState? spare) ? spare : new ThreadState();
        thread.Begin(task, sinceNs);
        _threads.Add(task.Tid, thread);
        _latest = thread;
        if (_youngest is null)
            Oldest = thread;
        else
            (_youngest.Younger, thread.Older) = (thread, _youngest);
        _youngest = thread;
        ref ThreadState? first = ref CollectionsMarshal.GetValueRefOrAddDefault(_processes, task.Tgid, out _);
        if (first is { } next)
            (thread.Next, next.Previous) = (next, thread);
        first = thread;
        return thread;
    }

    /// <summary>Removes a thread, which must have nothing in progress.</summary>
    public void Remove(ThreadState thread)
    {
        _threads.Remove(thread.Tid);
        _latest = null;
        if (thread.Older is { } older)
            older.Younger = thread.Younger;
        else
            Oldest = thread.Younger;
        if (thread.Younger is { } younger)
            younger.Older = thread.Older;
        else
            _youngest = thread.Older;
        if (thread.Next is { } next)
            next.Previous = thread.Previous;
        if (thread.Previous is { } previous)
            previous.Next = thread.Next;
        else if (thread.Next is null)
            _processes.Remove(thread.Task.Tgid);
        else
            _processes[thread.Task.Tgid] = thread.Next;
        thread.Older = thread.Younger = thread.Next = thread.Previous = null;
        _spare.Push(thread);
    }
}
