using System.Collections.Immutable;
using Profiler.Linux;

namespace Profiler.Bpf.Kernel;

/// <summary>Which modules with probes were loaded at one time, from sysfs.</summary>
internal sealed class ModuleStates
{
    // Of each: its initstate ("coming", "live", "going"; "" if it is not loaded), and the inode of its folder in sysfs, which is another one
    // each time that it is loaded (kernfs counts them up).
    private readonly ImmutableArray<(string Module, string State, ulong Folder)> _modules;

    private ModuleStates(ImmutableArray<(string Module, string State, ulong Folder)> modules) => _modules = modules;

    /// <summary>Nothing is known yet.</summary>
    public static readonly ModuleStates None = new([]);

    /// <summary>A module is being loaded or unloaded.</summary>
    public bool Unsettled => _modules.Any(m => m.State is "coming" or "going");

    /// <summary>The states now.</summary>
    public static ModuleStates Read() => new([.. KernelModules.All.Select(module => Read(module, PathOf(module)))]);

    /// <summary>No module was loaded or unloaded in between, or began to be.</summary>
    public bool Is(ModuleStates other) => _modules.SequenceEqual(other._modules);

    /// <summary>Whether this module was not unloaded since. Until then its functions were where they were, or it never had any.</summary>
    /// <param name="module">One of <see cref="KernelModules.All"/>.</param>
    public bool IsStill(string module) => _modules.First(m => m.Module == module).Folder == (Posix.Stat(PathOf(module))?.Inode ?? 0);

    /// <summary>The modules that were there before and have gone since, also those that are back.</summary>
    /// <param name="before">Earlier states.</param>
    public IReadOnlySet<string> GoneSince(ModuleStates before) => before._modules.Zip(_modules)
        .Where(m => m.First.Folder != 0 && m.First.Folder != m.Second.Folder)
        .Select(m => m.First.Module).ToHashSet();

    private static string PathOf(string module) => $"/sys/module/{module}";

    // A module appears in sysfs before probes can attach to its functions. Its initstate shows when it is live.
    private static (string Module, string State, ulong Folder) Read(string module, string path)
    {
        try
        {
            string initState = path + "/initstate"; // missing for a built-in module
            return Posix.Stat(path) is { } folder
                ? (module, File.Exists(initState) ? File.ReadAllText(initState).Trim() : "built in", folder.Inode)
                : (module, "", 0);
        }
        catch (IOException)
        {
            return (module, "", 0); // unloaded during the check
        }
    }
}
