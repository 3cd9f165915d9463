namespace Profiler.Bpf.Kernel;

/// <summary>Notices that modules come and go, by a look at sysfs.</summary>
/// <param name="modules">Their names.</param>
internal sealed class ModuleWatch(IEnumerable<string> modules)
{
    private readonly string[] _paths = [.. modules.Select(m => $"/sys/module/{m}")];
    private string _last = "";

    /// <summary>At the last look a module was about to come or to go.</summary>
    public bool Unsettled => _last.Contains("coming", StringComparison.Ordinal) || _last.Contains("going", StringComparison.Ordinal);

    /// <summary>True if a module was loaded or unloaded since the last call, and on the first one.</summary>
    public bool Changed()
    {
        // A module appears in sysfs before its functions can be attached to: initstate says when it is live.
        string now = string.Join('\n', _paths.Select(State));
        bool changed = now != _last;
        _last = now;
        return changed;
    }

    private static string State(string path)
    {
        try
        {
            string initState = path + "/initstate"; // a built-in module has none
            return File.Exists(initState) ? File.ReadAllText(initState) : Directory.Exists(path) ? "built in" : "";
        }
        catch (IOException)
        {
            return ""; // it went while we looked
        }
    }
}
