namespace Profiler.Linux.Confinement;

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code; 0 if a signal ended it.</param>
/// <param name="Signal">The signal that ended it; 0 if none did.</param>
public readonly record struct ProcessEnd(int Code, int Signal)
{
    /// <summary>"ended with code 3", "was ended by SIGSYS".</summary>
    public override string ToString() => Signal == 0 ? $"ended with code {Code}" : $"was ended by {Signals.Name(Signal)}";
}

/// <summary>
/// A child process that is born without capabilities. A thread of its own gives them up, executes the program, and waits for its end: so none of
/// them is there when the program begins, and it can be told to die with that thread (<see cref="Privileges.DieWithParent"/>).
/// </summary>
public sealed class ConfinedProcess
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ProcessEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _reaped;
    private ProcessFigures _last;

    private ConfinedProcess() { }

    /// <summary>Its process id.</summary>
    public int Id => _started.Task.Result;

    /// <summary>Completes when it has ended.</summary>
    public Task<ProcessEnd> Ended => _ended.Task;

    /// <summary>What could not be given up, see <see cref="Privileges.DropOfThisThread"/>.</summary>
    public string? Left { get; private set; }

    /// <summary>Starts a program. Its standard input and output are /dev/null, its standard error is ours.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">From argv[0] on.</param>
    /// <param name="environment">NAME=value.</param>
    /// <param name="descriptors">What it inherits, under the same numbers; others must be closed on exec.</param>
    /// <exception cref="InvalidOperationException">It cannot be started, or its capabilities cannot be given up.</exception>
    public static ConfinedProcess Start(string program, string[] arguments, string[] environment, IReadOnlyList<int> descriptors)
    {
        var process = new ConfinedProcess();
        // Never a thread of the pool: it has no rights afterwards.
        new Thread(() => process.Live(program, arguments, environment, descriptors), 256 * 1024) { IsBackground = true, Name = "confined child" }.Start();
        _ = process._started.Task.GetAwaiter().GetResult();
        return process;
    }

    /// <summary>Sends a signal, unless it has ended.</summary>
    public void Signal(int signal)
    {
        lock (_gate)
        {
            if (!_reaped)
                _ = Posix.kill(Id, signal);
        }
    }

    /// <summary>What it takes; of one that has ended, the CPU time it took.</summary>
    public ProcessFigures Figures()
    {
        lock (_gate)
            return _reaped ? _last : ProcessFigures.Of(Id);
    }

    private void Live(string program, string[] arguments, string[] environment, IReadOnlyList<int> descriptors)
    {
        int pid;
        try
        {
            Left = Privileges.DropOfThisThread();
            pid = Spawn.Start(program, arguments, environment, descriptors);
        }
        catch (InvalidOperationException e)
        {
            _started.SetException(e);
            return;
        }
        _started.SetResult(pid);
        Spawn.WaitForEnd(pid); // its process id is still taken
        ProcessEnd end;
        lock (_gate)
        {
            _last = new ProcessFigures(ProcessFigures.Of(pid).Cpu, 0, 0, 0);
            end = Spawn.Reap(pid);
            _reaped = true;
        }
        _ended.SetResult(end);
    }
}
