using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Capture;

/// <summary>Processes and devices seen in events, for the message of a filter without a match; bounded numbers.</summary>
public sealed class SeenProcesses
{
    private const int Most = 64;

    private readonly SortedSet<int> _pids = [];
    private readonly SortedSet<string> _devices = new(StringComparer.Ordinal);

    public IEnumerable<int> Pids => _pids;

    public IEnumerable<string> Devices => _devices;

    public void Add(Activity activity)
    {
        switch (activity)
        {
            case Operation o: Add(o.Task.Tgid, o.Device); break;
            case StandaloneReset r: Add(r.Task.Tgid, r.Reset.Device); break;
        }
    }

    public void Add(Shutdown shutdown)
    {
        foreach (string device in shutdown.Releases.Select(r => r.Device).Concat(shutdown.Unreleased))
            Add(shutdown.Task.Tgid, device);
    }

    public void Add(Start start) => Add(start.Task.Tgid);

    private void Add(int pid)
    {
        if (_pids.Count < Most)
            _pids.Add(pid);
    }

    private void Add(int pid, string device)
    {
        Add(pid);
        if (_devices.Count < Most)
            _devices.Add(device);
    }
}
